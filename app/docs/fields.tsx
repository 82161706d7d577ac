import type { JsonSchema } from "#lib/openapi/json-schema.ts";
import { Prose } from "./prose.tsx";

type Schemas = Record<string, JsonSchema>;
type Field = JsonSchema & { type?: string; format?: string; description?: string; minLength?: number; maxLength?: number };

/** The fields of a body, or the parameters of a path and a query. */
export function Fields({ title, schema, schemas }: { title: string; schema: JsonSchema; schemas: Schemas }) {
  const { properties = {}, required = [] } = resolve(schema, schemas);
  return (
    <>
      <h3 className="mt-6 text-xl font-bold">{title}</h3>
      <dl className="mt-1">
        {Object.entries(properties).map(([name, field]) => (
          <div key={name} className="mt-2">
            <dt>
              <code className="font-bold">{name}</code>{" "}
              <span className="text-ink-soft">
                {[...limits(field), required.includes(name) ? null : "optional"].filter(Boolean).join(", ")}
              </span>
            </dt>
            {field.description && (
              <dd>
                <Prose text={field.description} />
              </dd>
            )}
          </div>
        ))}
      </dl>
    </>
  );
}

function resolve(schema: JsonSchema, schemas: Schemas): { properties?: Record<string, Field>; required?: string[] } {
  return typeof schema.$ref === "string" ? (schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}) : schema;
}

function limits({ type, format, minLength, maxLength }: Field): (string | undefined)[] {
  // A date's format says enough.
  if (format === "date") return ["date, YYYY-MM-DD"];
  const length = maxLength === undefined ? undefined : `${minLength ?? 0} to ${maxLength.toLocaleString("en")} characters`;
  return [type, length];
}
