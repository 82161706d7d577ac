import { type NextRequest, NextResponse } from "next/server";
import { currentRequest } from "#lib/observe/request-context.ts";
import { reportProxyFailure, setPageStatus } from "#lib/pages/failure.ts";
import { isViewerUnknown, pageHeaders, renewPage } from "#lib/pages/page.ts";
import { isVisitorPage } from "#lib/pages/visitor-pages.ts";

/**
 * Runs before a page is rendered: sets its Content-Security-Policy, renews the cookies if the access token has expired, and
 * answers 503 in place of a page that requires a session while an outage keeps the viewer from being identified.
 * It is a convenience, never the guard: pages call `requireViewer()`, endpoints go through `route()`.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, search } = request.nextUrl;
  const page = currentRequest();
  if (page) page.pagePath = pathname + search;
  const { requestHeaders, responseHeaders } = pageHeaders(request.headers);
  const response = await answer(request, requestHeaders).catch((error) => answerFailure(error, request, requestHeaders));
  for (const [name, value] of Object.entries(responseHeaders)) response.headers.set(name, value);
  return response;
}

async function answer(request: NextRequest, requestHeaders: Headers): Promise<NextResponse> {
  const cookies = await renewPage(requestHeaders);
  const isShown = isVisitorPage(request.nextUrl.pathname) || !(await isViewerUnknown(requestHeaders));
  if (!isShown) setPageStatus(503);
  const response = isShown ? NextResponse.next({ request: { headers: requestHeaders } }) : intermission(request, requestHeaders);
  for (const cookie of cookies) response.cookies.set(cookie);
  return response;
}

// Next's own answer to an error in proxy.ts is not one of our pages.
function answerFailure(error: unknown, request: NextRequest, requestHeaders: Headers): NextResponse {
  reportProxyFailure(error, { method: request.method, path: request.nextUrl.pathname });
  return intermission(request, requestHeaders);
}

// The page is complete without scripts. A soft navigation gets it too: after a 503 for a part of a page, Next's router in the
// browser loads the whole page.
function intermission(request: NextRequest, headers: Headers): NextResponse {
  return NextResponse.rewrite(new URL("/intermission", request.url), { request: { headers } });
}

export const config = {
  // The API, static files, the frames of /dev/mail and what password managers read need no policy and no renewal. A prefetched
  // page has no scripts, but may need the cookies.
  matcher: ["/((?!api/|api$|dev/mail/|_next/static/|\\.well-known/passkey-endpoints|icon\\.svg$|robots\\.txt$).*)"],
};
