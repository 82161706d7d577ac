// `npm run font`: makes the pages' font from its family.
import { writeFile } from "node:fs/promises";
import { FONT, subsetFont } from "./subset-font.ts";

await writeFile(FONT, await subsetFont());
