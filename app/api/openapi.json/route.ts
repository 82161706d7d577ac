import { z } from "zod";
import { apiDocument } from "#app/api/document.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "This document",
      description: "It is made of what each endpoint declares.",
      public: true,
      answers: { 200: z.looseObject({ openapi: z.string().meta({ examples: ["3.1.1"] }), paths: z.looseObject({}) }) },
    },
    apiDocument,
  ),
});
