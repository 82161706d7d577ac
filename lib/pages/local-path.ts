const HERE = "http://here.invalid";

/**
 * Where `next` may lead: a path of this site, or "/" for everything else. What counts is what a browser would make
 * of it (WHATWG URL), so that `//evil`, `/\evil`, `https:evil` and what hides in control characters lead home.
 */
export function localPath(next: string | null | undefined): string {
  const url = next?.startsWith("/") ? parse(next) : null;
  if (url === null) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Dot segments may leave a path that starts with two slashes, which is a host to whoever reads it next.
  return url.origin === HERE && !path.startsWith("//") ? path : "/";
}

// URL.canParse() is younger than some browsers that are served.
function parse(path: string): URL | null {
  try {
    return new URL(path, HERE);
  } catch {
    return null;
  }
}
