// The old path of the page about the API. It redirects every method, and is no endpoint of the document.

export { moved as DELETE, moved as GET, moved as HEAD, moved as OPTIONS, moved as PATCH, moved as POST, moved as PUT };

function moved(): Response {
  return new Response(null, { status: 308, headers: { location: "/docs", "cache-control": "no-store" } });
}
