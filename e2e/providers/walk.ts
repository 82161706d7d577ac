import { type Answer, send } from "#e2e/client.ts";

/** The cookies that a provider knows a browser by. */
export type Jar = Record<string, string>;

/**
 * Goes through a provider's pages without a browser: signs in, allows what is asked, and returns the URL to which the
 * provider sends the browser back.
 * @param jar of an earlier walk, for a browser that is signed in at the provider
 */
export function walk(authorizationUrl: string, loginName: string, jar: Jar = {}): Promise<string> {
  return follow(
    authorizationUrl,
    (page) => {
      return page.includes('value="sign_in"') ? { action: "sign_in", name: loginName } : { action: "allow" };
    },
    jar,
  );
}

/** Presses Cancel on the provider's first page. */
export function cancel(authorizationUrl: string, jar: Jar = {}): Promise<string> {
  return follow(authorizationUrl, () => ({ action: "cancel" }), jar);
}

const MOST_PAGES = 12;

async function follow(start: string, fill: (page: string) => Record<string, string>, jar: Jar): Promise<string> {
  const { origin } = new URL(start);
  let url = start;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await visit(url, "GET", jar);
    const isForm = page.status === 200 && page.text.includes("<form");
    const answer = isForm ? await visit(url, "POST", jar, fill(page.text)) : page;
    const { location } = answer.headers;
    if (!location) throw new Error(`the provider answered ${answer.status} at ${url}: ${answer.text}`);
    url = new URL(location, url).href;
    if (new URL(url).origin !== origin) return url;
  }
  throw new Error(`the provider asked for more than ${MOST_PAGES} pages`);
}

async function visit(url: string, method: string, jar: Jar, form?: Record<string, string>): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const type = form ? { headers: { "content-type": "application/x-www-form-urlencoded" } } : {};
  const body = form ? { body: new URLSearchParams(form).toString() } : {};
  const answer = await send(origin, method, pathname + search, { cookies: jar, ...type, ...body });
  keepCookies(jar, answer);
  return answer;
}

/** Keeps the cookies of an answer, and drops those that it clears. */
export function keepCookies(jar: Jar, { cookies }: Answer): void {
  for (const [name, value] of Object.entries(cookies)) {
    if (value) jar[name] = value;
    else delete jar[name];
  }
}
