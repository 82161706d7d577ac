import { type NextRequest, NextResponse } from "next/server";
import { currentRequest } from "#lib/observe/request-context.ts";
import { reportProxyFailure, setPageStatus } from "#lib/pages/failure.ts";
import { isViewerUnknown, pageHeaders, renewPage } from "#lib/pages/page.ts";
import { isVisitorPage } from "#lib/pages/visitor-pages.ts";

/**
 * Before a page is rendered: its Content-Security-Policy, new cookies if the access token has expired, and in place of a
 * page for the signed-in a 503 while the database can't say who is looking.
 * A convenience, never the guard: pages call `requireViewer()`, endpoints go through `route()`.
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

// Next's own answer to what is thrown here is no page.
function answerFailure(error: unknown, request: NextRequest, requestHeaders: Headers): NextResponse {
  reportProxyFailure(error, { method: request.method, path: request.nextUrl.pathname });
  return intermission(request, requestHeaders);
}

// It is rendered whole, and needs no script to be seen. A soft navigation gets it, too: the browser takes no 503 for a part of
// a page, and loads all of it.
function intermission(request: NextRequest, headers: Headers): NextResponse {
  return NextResponse.rewrite(new URL("/intermission", request.url), { request: { headers } });
}

export const config = {
  // The API and static files need neither. Prefetched pages carry no scripts to allow, but may need the cookies.
  matcher: ["/((?!api/|api$|_next/static/|icon\\.svg$|robots\\.txt$).*)"],
};
