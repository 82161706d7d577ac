import { authJsRoute } from "#lib/http/auth-js-route.ts";

export {
  authJsRoute as DELETE,
  authJsRoute as GET,
  authJsRoute as HEAD,
  authJsRoute as OPTIONS,
  authJsRoute as PATCH,
  authJsRoute as POST,
  authJsRoute as PUT,
};
