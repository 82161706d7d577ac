import "server-only";

import { z } from "zod";

/** The strings of a JSON text, so that no digit within one is taken for a number, and its numbers. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * The fields of a body, with Python's `str()` of a number where the schema wants a string: Django REST Framework's CharField takes
 * numbers. The text is made from the digits as they were sent, since JSON.parse rounds them: 12345678901234567890 may be a
 * password. A number beyond the range of a float stays one.
 * @param source the body, which is valid JSON
 */
export function numbersAsText(schema: z.ZodType, fields: Record<string, unknown>, source: string): Record<string, unknown> {
  if (!(schema instanceof z.ZodObject)) return fields;
  const wanted = Object.entries<z.ZodType>(schema.shape).filter(([name, field]) => isTextWanted(field, fields[name]));
  if (wanted.length === 0) return fields;
  const texts = JSON.parse(
    source.replace(STRING_OR_NUMBER, (found) => (found.startsWith('"') ? found : `"${pythonText(found)}"`)),
  );
  return { ...fields, ...Object.fromEntries(wanted.map(([name]) => [name, texts[name]])) };
}

function isTextWanted(field: z.ZodType, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  const issues = field.safeParse(value).error?.issues ?? [];
  return issues.some((issue) => issue.code === "invalid_type" && issue.expected === "string");
}

/** What `str()` of Python makes of a number that json.loads() has read. @internal for its test */
export function pythonText(digits: string): string {
  if (digits === "-0") return "0";
  if (/^-?\d+$/.test(digits)) return digits;
  const value = Number(digits);
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  // Both languages write the fewest digits that tell the value apart, and differ in when they begin to write exponents.
  if (power < -4 || power > 15) return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, "0")}`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}
