import { z } from "zod";
import { AppError } from "./errors.ts";
import { mergeProblems, type Problem, type Problems } from "./problems.ts";

/** Rules that a schema can't state: about settings, the database, two fields together. They get the fields that it accepts. */
export type Rules<Values> = (values: Partial<Values>) => Problems | Promise<Problems>;

/**
 * Parses a body's fields. The rules run even if the schema refuses some fields, so that one answer reports every problem.
 * @throws {AppError} `invalid_input` with the problems of every field
 */
export async function readFields<Schema extends z.ZodType>(
  schema: Schema,
  body: Record<string, unknown>,
  rules: Rules<z.output<Schema>> = () => ({}),
): Promise<z.output<Schema>> {
  const result = schema.safeParse(body, { reportInput: true });
  const malformed = result.success ? {} : problemsOf(result.error);
  const values = result.success ? result.data : parseOthers(schema, body, malformed);
  const problems = mergeProblems(malformed, await rules(values as Partial<z.output<Schema>>));
  if (!result.success || Object.keys(problems).length > 0) throw new AppError("invalid_input", { fields: problems });
  return result.data;
}

/** A zod error as problems by field. @param error from a parse with `reportInput` */
export function problemsOf(error: z.ZodError): Problems {
  return mergeProblems(...error.issues.map((issue) => ({ [String(issue.path[0] ?? "non_field_errors")]: [problemOf(issue)] })));
}

// zod's own checks are translated; our own rules (`refine`) carry their problem as `params`.
function problemOf(issue: z.core.$ZodIssue): Problem {
  if (issue.code === "custom") return ruleProblem(issue);
  if (issue.code === "too_small" && issue.origin === "string" && issue.minimum === 1) return { code: "blank" };
  if (issue.code === "too_big" && issue.origin === "string") return { code: "too_many_characters", most: Number(issue.maximum) };
  if (issue.code !== "invalid_type") return { code: "invalid" };
  if (issue.input === undefined) return { code: "required" };
  if (issue.input === null) return { code: "null" };
  return { code: issue.expected === "string" ? "not_a_string" : "invalid" };
}

function ruleProblem({ params, message }: z.core.$ZodIssueCustom): Problem {
  if (typeof params?.code === "string") return params as Problem;
  throw new Error(`a schema's rule names no problem (lib/problems.ts) and says: ${message}`);
}

function parseOthers(schema: z.ZodType, body: Record<string, unknown>, malformed: Problems): Record<string, unknown> {
  if (!(schema instanceof z.ZodObject)) return {};
  const sound = Object.entries<z.ZodType>(schema.shape).filter(([name]) => !(name in malformed));
  return Object.fromEntries(sound.map(([name, field]) => [name, field.safeParse(body[name]).data]));
}
