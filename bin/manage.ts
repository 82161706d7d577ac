import { manage } from "#bin/manage/run.ts";
import { readDotenv } from "#bin/primary/dotenv.ts";

// `npm run manage -- COMMAND`: accounts and sessions, for operators. In the image: `node bin/manage.ts COMMAND`.

readDotenv();
process.exit(await manage(process.argv.slice(2)));
