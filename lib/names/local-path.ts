const HERE = "http://here.invalid";

/**
 * Where `next` may lead: a path of this site, or "/" in place of anything else. The value is parsed as a browser would parse it
 * (WHATWG URL), so that `//evil`, `/\evil`, `https:evil` and URLs hidden behind control characters lead to "/".
 */
export function localPath(next: string | null | undefined): string {
  const url = next?.startsWith("/") ? parse(next) : null;
  if (url === null) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Dot segments can leave a path that starts with two slashes, which the next parser would read as a host.
  return url.origin === HERE && !path.startsWith("//") ? path : "/";
}

// Some supported browsers lack URL.canParse().
function parse(path: string): URL | null {
  try {
    return new URL(path, HERE);
  } catch {
    return null;
  }
}
