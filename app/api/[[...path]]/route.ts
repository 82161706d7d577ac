import { AppError } from "@/lib/errors";
import { answerError } from "@/lib/http/errors";

const notFound = () => answerError(new AppError("not_found"));

export {
  notFound as DELETE,
  notFound as GET,
  notFound as HEAD,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
};
