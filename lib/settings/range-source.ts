import { accessSync, constants } from "node:fs";
import { z } from "zod";
import { isPublic } from "./is-public.ts";

const FORM = "must be https://api.pwnedpasswords.com/range/, another such service, or a directory: file:///var/lib/pwned/";
/** These files of a directory are looked for at the start: if one is missing, the directory or its download is not complete. */
const FIRST_AND_LAST = ["00000.txt", "FFFFF.txt"];

/**
 * Where the ranges of breached passwords are: a URL that ends with a slash. Plain http is for this machine alone, since an
 * answer could be read and changed on its way.
 */
export const rangeSource = z.url({ protocol: /^(https?|file)$/, error: FORM }).transform((text, context) => {
  const url = new URL(text);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  const isDirectory = url.protocol === "file:";
  const isUnsafe = isDirectory ? url.hostname !== "" : url.protocol === "http:" && isPublic(url);
  if (isUnsafe || url.search || url.hash || url.username || url.password) context.addIssue(FORM);
  else if (isDirectory) requireRanges(url, context);
  return url;
});

function requireRanges(directory: URL, context: z.RefinementCtx): void {
  for (const name of FIRST_AND_LAST) {
    try {
      accessSync(new URL(name, directory), constants.R_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      context.addIssue(`must be a directory with the files 00000.txt to FFFFF.txt, but ${name} can't be read (${code})`);
      return;
    }
  }
}
