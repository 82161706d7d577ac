/** What a JSON answer costs before this project's own code runs. Only in the bench's build. */
export function GET() {
  return Response.json({});
}
