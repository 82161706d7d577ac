// `npm run font`: makes the pages' font out of its family.
import { writeFile } from "node:fs/promises";
import { FONT, subsetFont } from "./subset-font.ts";

await writeFile(FONT, await subsetFont());
