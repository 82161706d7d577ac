import type { Forge } from "./id-tokens.ts";
import { type Respond, write } from "./tampering-proxy.ts";

// What may come in place of a provider's answer.

/** The provider's JSON but for these members. A member that is undefined is left out. */
export function withMembers(members: Record<string, unknown>): Respond {
  return async (response, original) => {
    const answer = await original();
    write(response, { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...members }) });
  };
}

/** The token endpoint's answer with an ID token that was changed on its way. */
export function withIdToken(forge: Forge): Respond {
  return async (response, original) => {
    const answer = await original();
    const tokens = JSON.parse(answer.body);
    write(response, { ...answer, body: JSON.stringify({ ...tokens, id_token: await forge(tokens.id_token) }) });
  };
}

/** A provider that fails. */
export const failing: Respond = (response) => response.writeHead(500).end("<h1>Internal Server Error</h1>");

/** Sends the client elsewhere with all that it sent. */
export function redirectTo(url: string): Respond {
  return (response) => response.writeHead(307, { location: url }).end();
}

/** Never answers. */
export const silent: Respond = () => undefined;

/** Begins an answer and sends a byte of it a second. */
export const dripping: Respond = async (response, original) => {
  const { status, body } = await original();
  response.writeHead(status, { "content-type": "application/json" });
  const bytes = [...body];
  const timer = setInterval(() => response.write(bytes.shift() ?? " "), 1_000);
  response.on("close", () => clearInterval(timer));
};

/** A long answer of nonsense. @param megabytes how long it is */
export function rubbish(megabytes: number): Respond {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    // The client may hang up in the middle.
    response.on("error", () => undefined);
    response.end(`{"rubbish":"${"x".repeat(megabytes * 1_048_576)}"}`);
  };
}
