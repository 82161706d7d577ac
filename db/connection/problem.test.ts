import { expect, test } from "vitest";
import { connectionProblem } from "./problem.ts";

const DATABASE = "the database films.example:5432/films";

test.each([
  ["53300", "sorry, too many clients already", /has no connection left: raise its max_connections, or lower DATABASE_POOL_SIZE/],
  ["08P01", "no more connections allowed (max_client_conn)", /has no connection left/],
  ["57P03", "das Datenbanksystem startet", /is starting, or recovering \(57P03\): try again in a moment$/],
  ["25006", "cannot execute INSERT in a read-only transaction", /can't be written to, as a standby can't: name the primary/],
  ["28P01", "Passwort-Authentifizierung für Benutzer »ann« fehlgeschlagen", /refuses the user ann or the password/],
  ["08P01", "SASL authentication failed", /refuses the user ann or the password/],
  ["28000", "no pg_hba.conf entry for host", /does not admit the user ann from here \(28000\): see its pg_hba.conf$/],
  ["3D000", "Datenbank »films« existiert nicht", /does not exist: create films, or check DATABASE_URL$/],
  ["EAI_AGAIN", "getaddrinfo EAI_AGAIN films.example", /its host name is not known/],
  ["CERT_HAS_EXPIRED", "certificate has expired", /has a certificate that is not valid now \(CERT_HAS_EXPIRED\)$/],
  ["EHOSTUNREACH", "connect EHOSTUNREACH", /can't be reached \(EHOSTUNREACH\): start it, or check DATABASE_URL$/],
  [undefined, "timeout expired", /can't be reached \(timeout expired\): start it, or check DATABASE_URL$/],
])("the failure %s (%s) becomes one line that says what to do", (code, message, line) => {
  const said = connectionProblem(Object.assign(new Error(message), { code }), "postgres://ann:secret@films.example/films");
  expect(said).toMatch(line);
  expect(said.startsWith(DATABASE)).toBe(true);
});
