import type { Answered } from "#lib/openapi/operation.ts";
import { Prose } from "./prose.tsx";

/** Every status with its headers and its possible bodies, success first. */
export function Answers({ responses }: { responses: Record<string, Answered> }) {
  return (
    <>
      <h3 className="mt-6 mb-1 text-xl font-bold">Answers</h3>
      {Object.entries(responses).map(([status, { description, headers, content }], index) => (
        <details key={status} open={index === 0} className="answer">
          <summary>
            <b>{status}</b> {description}
          </summary>
          {Object.entries(headers).map(([name, header]) => (
            <p key={name} className="text-ink-soft">
              <code>{name}</code> {header.description && <Prose text={header.description} />}
            </p>
          ))}
          {Object.entries(content?.["application/json"].examples ?? {}).map(([name, { value }]) => (
            <pre key={name}>{JSON.stringify(value, null, 2)}</pre>
          ))}
        </details>
      ))}
    </>
  );
}
