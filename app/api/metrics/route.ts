import { notFound } from "#lib/http/not-found.ts";
import { answerScrape } from "#lib/http/scrape.ts";

// Not an endpoint of `route()`: whoever may not read it must not learn that it is there, whatever the method.
export {
  answerScrape as GET,
  answerScrape as HEAD,
  notFound as DELETE,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
};
