// The page about the API was here. A moved address is no endpoint: it is in no document, and moved for every method.

export { moved as DELETE, moved as GET, moved as HEAD, moved as OPTIONS, moved as PATCH, moved as POST, moved as PUT };

function moved(): Response {
  return new Response(null, { status: 308, headers: { location: "/docs", "cache-control": "no-store" } });
}
