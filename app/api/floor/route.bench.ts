/** What a request costs before this project's own code runs. Only in the bench's build. */
export function GET() {
  return new Response();
}
