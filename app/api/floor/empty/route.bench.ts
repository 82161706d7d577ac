/** What an answer without even a body costs. Only in the bench's build. */
export function GET() {
  return new Response();
}
