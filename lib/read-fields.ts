import { z } from "zod";
import { AppError } from "./errors.ts";
import { mergeProblems, type Problem, type Problems } from "./problems.ts";

/** Rules that a schema can't state: about settings, the database, two fields together. They get the fields that it accepts. */
export type Rules<Values> = (values: Partial<Values>) => Problems | Promise<Problems>;

/**
 * Parses a body's fields. The rules run even if the schema refuses some fields, so that one answer reports every problem; a field
 * that the schema refuses has its problem already.
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
  const others = Object.entries(await rules(values as Partial<z.output<Schema>>)).filter(([field]) => !(field in malformed));
  const problems = mergeProblems(malformed, Object.fromEntries(others));
  if (!result.success || Object.keys(problems).length > 0) throw new AppError("invalid_input", { fields: problems });
  return result.data;
}

/** A zod error as problems by field. @param error from a parse with `reportInput` */
export function problemsOf(error: z.ZodError): Problems {
  return mergeProblems(...error.issues.map((issue) => ({ [String(issue.path[0] ?? "non_field_errors")]: [problemOf(issue)] })));
}

// zod's own checks are translated; our own rules (`refine`) carry their problem as `params`.
function problemOf(issue: z.core.$ZodIssue): Problem {
  switch (issue.code) {
    case "custom":
      return ruleProblem(issue);
    case "invalid_type":
      return typeProblem(issue);
    case "invalid_value":
      return issue.input === undefined ? { code: "required" } : { code: "not_a_choice", sent: String(issue.input) };
    case "invalid_format":
      return { code: issue.format === "email" ? "bad_email" : "invalid" };
    case "too_small":
    case "too_big":
      return boundProblem(issue);
    default:
      return { code: "invalid" };
  }
}

const TYPES: Record<string, Problem> = {
  string: { code: "not_a_string" },
  number: { code: "not_a_number" },
  int: { code: "not_an_integer" },
  boolean: { code: "not_a_boolean" },
  array: { code: "not_a_list" },
};

function typeProblem({ input, expected }: z.core.$ZodIssueInvalidType): Problem {
  if (input === undefined) return { code: "required" };
  return input === null ? { code: "null" } : (TYPES[expected] ?? { code: "invalid" });
}

function boundProblem(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Problem {
  if (issue.inclusive === false) return { code: "invalid" };
  if (issue.code === "too_big") {
    const most = Number(issue.maximum);
    if (issue.origin === "string") return { code: "too_many_characters", most };
    return issue.origin === "number" || issue.origin === "int" ? { code: "too_large", most } : { code: "invalid" };
  }
  const least = Number(issue.minimum);
  if (issue.origin === "string") return least === 1 ? { code: "blank" } : { code: "too_few_characters", least };
  return issue.origin === "number" || issue.origin === "int" ? { code: "too_small", least } : { code: "invalid" };
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
