import "./source-imports.ts";
import { readDotenv } from "./dotenv.ts";

// `npm run manage -- COMMAND`: accounts and sessions, for operators. In the image: `node bin/manage.ts COMMAND`.

readDotenv();
const { manage } = await import("./manage-run.ts");
process.exit(await manage(process.argv.slice(2)));
