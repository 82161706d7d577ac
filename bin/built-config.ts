import { readFile } from "node:fs/promises";

const FILE = ".next/required-server-files.json";

/**
 * The variable by which workers take what next.config.ts said at the build, as Next's own standalone server hands it over.
 * In the image there is no compiler that could read the file again; elsewhere each worker would, and would say so.
 * @throws {Error} one line, without a build
 */
export async function builtConfig(): Promise<{ __NEXT_PRIVATE_STANDALONE_CONFIG: string }> {
  const text = await readFile(FILE, "utf8").catch(() => {
    throw new Error(`${FILE} is missing: build with BUILD_OUTPUT=standalone, and start where .next is`);
  });
  return { __NEXT_PRIVATE_STANDALONE_CONFIG: JSON.stringify(JSON.parse(text).config) };
}
