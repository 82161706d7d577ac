import type { OpenApi } from "#lib/openapi/document.ts";
import type { JsonSchema } from "#lib/openapi/json-schema.ts";
import type { Operation, Parameter } from "#lib/openapi/operation.ts";
import { Answers } from "./answers.tsx";
import { Fields } from "./fields.tsx";
import { MethodAndPath } from "./method-and-path.tsx";
import { Prose } from "./prose.tsx";
import { TryIt } from "./try-it.tsx";

type Props = { method: string; path: string; operation: Operation; document: OpenApi };

const CREDENTIALS: Record<string, string> = {
  accessCookie: "the access cookie",
  bearer: "an access token in `Authorization: Bearer`",
  refreshCookie: "the refresh cookie",
};

export function OperationSection({ method, path, operation, document }: Props) {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content["application/json"];
  const credentials = security.map((scheme) => CREDENTIALS[Object.keys(scheme)[0] ?? ""] ?? "one in the body");
  return (
    <section
      aria-labelledby={operationId}
      className="mt-10 grid grid-cols-[minmax(0,1fr)] gap-x-12 gap-y-6 border-t-2 border-edge pt-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
    >
      <div>
        <h2 id={operationId} className="scroll-mt-6 text-3xl font-bold tracking-tight">
          {summary}
        </h2>
        <MethodAndPath method={method} path={path} />
        {description && (
          <p className="mt-3">
            <Prose text={description} />
          </p>
        )}
        {credentials.length > 0 && (
          <p className="mt-3">
            Takes <Prose text={credentials.join(", or ")} />.
          </p>
        )}
        {parameters.length > 0 && <Fields title="Parameters" schema={asSchema(parameters)} schemas={{}} />}
        {body && <Fields title="Body" schema={body.schema} schemas={document.components.schemas} />}
        <Answers responses={responses} />
      </div>
      <TryIt
        method={method}
        path={path}
        name={operationId}
        parameters={parameters.map((parameter) => ({ name: parameter.name, place: parameter.in }))}
        example={body && example(body)}
      />
    </section>
  );
}

function asSchema(parameters: Parameter[]): JsonSchema {
  const properties = Object.fromEntries(parameters.map(({ name, description, schema }) => [name, { ...schema, description }]));
  return { properties, required: parameters.filter(({ required }) => required).map(({ name }) => name) };
}

function example({ examples }: { examples: Record<string, { value: unknown }> }): string {
  return JSON.stringify(Object.values(examples)[0]?.value, null, 2);
}
