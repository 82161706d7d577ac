import { type NextRequest, NextResponse } from "next/server";
import { isViewerUnknown, pageHeaders, renewPage } from "@/lib/http/page";
import { answerWithOutage } from "@/lib/http/page-failure";
import { isVisitorPage } from "@/lib/http/visitor-pages";

/**
 * Before a page is rendered: its Content-Security-Policy, new cookies if the access token has expired, and in place of a
 * page for the signed-in a 503 while the database can't say who is looking.
 * A convenience, never the guard: pages call `requireViewer()`, endpoints go through `route()`.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, search } = request.nextUrl;
  const { requestHeaders, responseHeaders } = pageHeaders(request.headers, pathname + search);
  const cookies = await renewPage(requestHeaders);
  const isShown = isVisitorPage(pathname) || !(await isViewerUnknown(requestHeaders));
  const forRender = { request: { headers: requestHeaders } };
  const response = isShown ? NextResponse.next(forRender) : intermission(request, forRender);
  for (const [name, value] of Object.entries(responseHeaders)) response.headers.set(name, value);
  for (const cookie of cookies) response.cookies.set(cookie);
  return response;
}

// A 503 that is rendered whole, and needs no script to be seen. A soft navigation gets it, too: the browser takes no 503
// for a part of a page, and loads all of it.
function intermission(request: NextRequest, forRender: { request: { headers: Headers } }): NextResponse {
  answerWithOutage();
  return NextResponse.rewrite(new URL("/intermission", request.url), forRender);
}

export const config = {
  // The API, but for the page about it, and static files need neither. Prefetched pages carry no scripts to allow, but may need the cookies.
  matcher: ["/((?!api/|api$|_next/static/|icon\\.svg$|robots\\.txt$).*)", "/api/docs"],
};
