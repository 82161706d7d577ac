import { type NextRequest, NextResponse } from "next/server";
import { pageHeaders, renewPage } from "@/lib/http/page";

/**
 * Before a page is rendered: its Content-Security-Policy, and new cookies if the access token has expired.
 * A convenience, never the guard: pages call `requireViewer()`, endpoints go through `route()`.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { requestHeaders, responseHeaders } = pageHeaders(request.headers, request.nextUrl.pathname + request.nextUrl.search);
  const cookies = await renewPage(requestHeaders);
  const response = NextResponse.next({ request: { headers: requestHeaders } });
  for (const [name, value] of Object.entries(responseHeaders)) response.headers.set(name, value);
  for (const cookie of cookies) response.cookies.set(cookie);
  return response;
}

export const config = {
  // The API, but for the page about it, and static files need neither. Prefetched pages carry no scripts to allow, but may need the cookies.
  matcher: ["/((?!api/|api$|_next/static/|icon\\.svg$|robots\\.txt$).*)", "/api/docs"],
};
