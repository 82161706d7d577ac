/** In a value of RFC 8187, these characters must be escaped too; encodeURIComponent leaves them as they are. */
const UNESCAPED = /[!'()*]/g;

/**
 * The header that makes a browser save an answer as a file (RFC 6266 §4). A name beyond ASCII is written twice: the second form
 * is for clients that know RFC 8187, which every browser does.
 */
export function attachment(filename: string): { "content-disposition": string } {
  const plain = filename.replaceAll(/[^\w.+-]/g, "_");
  const escaped = encodeURIComponent(filename).replaceAll(
    UNESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const extended = plain === filename ? "" : `; filename*=UTF-8''${escaped}`;
  return { "content-disposition": `attachment; filename="${plain}"${extended}` };
}
