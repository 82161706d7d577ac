import fc from "fast-check";
import { headerText } from "./strings.ts";

/** A request as it goes over the wire. Each character of a string is one byte. */
export type Case = {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body?: Buffer;
  isChunked?: boolean;
};

export function toBytes({ method, path, headers, body, isChunked = false }: Case): Buffer {
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body?.length ?? 0}`;
  const host = headers.some(([name]) => /^host$/i.test(name)) ? [] : ["Host: localhost"];
  const lines = [...host, ...headers.map(([name, value]) => `${name}: ${value}`), ...(body === undefined ? [] : [length])];
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`, "latin1");
  if (body === undefined) return head;
  return Buffer.concat([head, isChunked ? inChunks(body) : body]);
}

function inChunks(body: Buffer): Buffer {
  const middle = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0);
  const chunks = parts.map((part) => Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")]));
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

/** Broken tokens that a client may send. `real` are good ones, from which these are made. */
export function brokenToken(real: string[]): fc.Arbitrary<string> {
  const good = fc.constantFrom(...real);
  return fc.oneof(
    // Two bits of the last character mean nothing, and a change of them must not make another valid token either.
    fc.tuple(good, fc.nat(), fc.constantFrom(..."AZaz09-_=.% ")).map(([token, at, character]) => {
      const place = at % token.length;
      const other = token[place] === character ? "B" : character;
      return token.slice(0, place) + other + token.slice(place + 1);
    }),
    fc.tuple(good, fc.nat()).map(([token, length]) => token.slice(0, length % token.length)),
    fc.tuple(good, headerText).map(([token, text]) => `${token}.${text}`),
    fc.tuple(good, good, good).map(([a, b, c]) => [a.split(".")[1], b.split(".")[0], c.split(".")[2]].join(".")),
    headerText,
  );
}

const COOKIE_NAMES = [
  "access_token",
  "refresh_token",
  "__Host-access_token",
  "ACCESS_TOKEN",
  "access_token ",
  "a",
  "",
  "__proto__",
];

/** `Cookie` headers, one or several, none of them with a good token. */
export function brokenCookies(real: string[]): fc.Arbitrary<[string, string][]> {
  const pair = fc
    .tuple(fc.constantFrom(...COOKIE_NAMES), fc.constantFrom("=", "=", "=", "", "=="), brokenToken(real))
    .map((parts) => parts.join(""));
  const joined = fc.tuple(fc.array(pair, { maxLength: 4 }), fc.constantFrom("; ", ";", " ; ", ";;", ", "));
  const header = joined.map(([pairs, by]): [string, string] => ["Cookie", pairs.join(by)]);
  return fc.array(header, { maxLength: 2 });
}

/** `Authorization` headers in all broken forms. */
export function brokenAuthorization(real: string[]): fc.Arbitrary<[string, string][]> {
  const scheme = fc.constantFrom(
    "Bearer ",
    "bearer ",
    "Bearer",
    "Bearer\t",
    "Bearer  ",
    "Basic ",
    "JWT ",
    "",
    "Bearer Bearer ",
    "Bearer,",
  );
  const header = fc.tuple(scheme, brokenToken(real)).map(([word, token]): [string, string] => ["Authorization", word + token]);
  return fc.array(header, { maxLength: 2 });
}

// Headers that browsers, proxies and Next's own pages send, right ones and forged ones.
const NAMES = [
  ["Origin", "Referer", "Host", "Accept", "Accept-Encoding", "Accept-Language", "Range", "If-None-Match", "If-Modified-Since"],
  ["Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Content-Encoding", "Content-Language", "Expect", "TE", "Upgrade"],
  ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded", "X-Real-IP", "X-Client-Address"],
  ["X-Original-Method", "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Page-Path", "Via", "X-Request-Id"],
  [
    "x-middleware-subrequest",
    "x-middleware-next",
    "x-middleware-rewrite",
    "x-middleware-override-headers",
    "x-middleware-invoke",
  ],
  ["x-middleware-set-cookie", "x-middleware-prefetch", "x-invoke-path", "x-invoke-status", "x-invoke-error", "x-invoke-query"],
  [
    "RSC",
    "Next-Router-State-Tree",
    "Next-Router-Prefetch",
    "Next-Router-Segment-Prefetch",
    "Next-Action",
    "Next-Url",
    "Next-HMR-Refresh",
  ],
  [
    "x-nextjs-data",
    "x-matched-path",
    "x-now-route-matches",
    "x-nextjs-postponed",
    "x-prerender-revalidate",
    "Purpose",
    "next-resume",
  ],
  ["traceparent", "tracestate", "__proto__", "constructor"],
].flat();

const VALUES = [
  "1",
  "0",
  "",
  "same-origin",
  "cross-site",
  "none",
  "null",
  "http://localhost",
  "https://evil.example",
  "[",
  "localhost:99999",
];
const NEXT_VALUES = [
  "%5B%22%22%5D",
  "%zz",
  '["",{}]',
  "src/middleware:middleware",
  "/login",
  "GET",
  "TRACE",
  "POST",
  "100-continue",
  "*/*",
  "bytes=0-1",
];

const strangeHeader: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z!#$%&'*+.^_`|~-]{1,30}$/) },
  ),
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...VALUES, ...NEXT_VALUES) }, { weight: 2, arbitrary: headerText }),
);

/** Any of these headers, any number of times. */
export const strangeHeaders = fc.array(strangeHeader, { maxLength: 5 });

const TYPES = [
  "application/json; charset=utf-8",
  "Application/JSON;charset=UTF8",
  "application/json; charset=utf-16",
  "text/plain",
  "",
];
const OTHER_TYPES = [
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "application/json, text/plain",
  "application/jsonp",
];

/** Mostly the right media type, so that other things get to be refused. */
export const contentType: fc.Arbitrary<[string, string][]> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<[string, string][]>([["Content-Type", "application/json"]]) },
  { weight: 2, arbitrary: fc.constantFrom(...TYPES, ...OTHER_TYPES).map((type): [string, string][] => [["Content-Type", type]]) },
  { weight: 1, arbitrary: headerText.map((type): [string, string][] => [["content-type", type]]) },
  { weight: 1, arbitrary: fc.constant<[string, string][]>([]) },
);

const SEGMENTS = [
  "api",
  "token",
  "refresh",
  "user",
  "signup",
  "profile",
  "logout",
  "account",
  "export",
  "sessions",
  "events",
  "email",
  "password",
  "health",
  "live",
  "login",
  "_next",
  "static",
  "data",
];
const ODD_SEGMENTS = [
  "",
  ".",
  "..",
  "%2e%2e",
  "%2f",
  "%5c",
  "\\",
  "%00",
  "%",
  "%zz",
  "%c0%af",
  "%ff",
  "API",
  "to%6ben",
  "x.rsc",
  "x.json",
  "*",
];

/** Paths of endpoints and pages, paths that are nearly those, and others. */
export const strangePath = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...SEGMENTS) },
        { weight: 3, arbitrary: fc.constantFrom(...ODD_SEGMENTS) },
        { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\s?#]/g, "~")) },
      ),
      { minLength: 1, maxLength: 6 },
    ),
    fc.constantFrom(
      "",
      "/",
      "//",
      "/.",
      "?",
      "?a=1&a=2",
      "?%",
      "?__proto__=1",
      "/?next=//evil.example",
      "?_rsc=x",
      "#x",
      ";x=1",
      ".rsc",
      "?next=%ff",
    ),
  )
  .map(([segments, end]) => `/${segments.join("/")}${end}`);
