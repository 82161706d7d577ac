import { afterAll, expect } from "vitest";
import { inOurWords } from "#app/_components/in-our-words.ts";
import { proofWords } from "#app/_components/proof-words.ts";
import { missing, type Words } from "#app/_components/words.ts";
import { changeEmailWords, changePasswordWords, profileWords } from "#app/(account)/account/account-words.ts";
import { firstCodeWords } from "#app/(account)/account/first-code-words.ts";
import { passkeyWords } from "#app/(account)/account/passkey-words.ts";
import { linkWords } from "#app/(auth)/link-words.ts";
import { logInWords } from "#app/(auth)/login/log-in-words.ts";
import { passkeyLogInWords } from "#app/(auth)/login/passkey-log-in-words.ts";
import { SECOND_STEP_OVER } from "#app/(auth)/login/second-step-over.ts";
import { secondStepWords } from "#app/(auth)/login/second-step-words.ts";
import { recoverWords } from "#app/(auth)/recover-words.ts";
import { resetPasswordWords } from "#app/(auth)/reset-password/reset-password-words.ts";
import { completeSignUpWords } from "#app/(auth)/signup/complete/complete-sign-up-words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";
import { answered } from "./client.ts";

// After each file of tests: the pages have words of their own for each refusal that the API gave to what a form sends.

/** In place of these refusals a dialog asks for the proof, or the form for the second factor. */
const ASKED: unknown[] = ["reauthentication_required", "second_factor_required"];

const FORMS: Record<string, Words> = {
  "POST /api/user/signup/": signUpWords,
  "POST /api/user/signup/complete/": completeSignUpWords,
  "POST /api/token/": logInWords,
  "POST /api/token/passkey/": passkeyLogInWords,
  "POST /api/token/second-factor/": secondStep(),
  "POST /api/user/password/reset/": recoverWords,
  "POST /api/user/password/reset/confirm/": resetPasswordWords,
  "POST /api/user/password/": changePasswordWords,
  "POST /api/user/email/": changeEmailWords,
  "PATCH /api/user/account/": profileWords,
  "POST /api/user/reauthenticate/": proofWords,
  "POST /api/user/totp/confirm/": firstCodeWords,
  "POST /api/user/passkeys/options/": passkeyWords,
  "POST /api/user/passkeys/": passkeyWords,
  "POST /api/user/email/confirm/": linkWords,
  "POST /api/user/email/undo/": linkWords,
};

/** A wrong code is said at its field. A challenge that is over leads back to the first step, and nobody types one. */
function secondStep(): Words {
  const said = { ...secondStepWords.detail, ...secondStepWords.code, "Token is invalid or expired": SECOND_STEP_OVER };
  return {
    ...secondStepWords,
    detail: said,
    challenge: missing("Start again."),
    passkey: { "Not a valid value.": "Start again." },
  };
}

afterAll(() => {
  const refused = [...answered.values()].filter(
    ({ answer }) => answer.status >= 400 && answer.status < 500 && answer.status !== 429 && !ASKED.includes(answer.json?.code),
  );
  const wordless = refused.flatMap(({ method, path, answer }) => {
    const words = FORMS[`${method} ${path}`];
    return words ? withoutWords(words, answer.status, answer.json) : [];
  });
  expect([...new Set(wordless)]).toEqual([]);
});

function withoutWords(words: Words, status: number, body: Record<string, string[]> & { detail?: string }): string[] {
  if (typeof body?.detail === "string") {
    const said = inOurWords({ kind: "refused", status, detail: body.detail }, words, []);
    return said.kind === "refused" && said.detail === body.detail ? [body.detail] : [];
  }
  const said = inOurWords({ kind: "fields", fields: body }, words, [...Object.keys(body)]);
  const texts = said.kind === "fields" ? Object.values(said.fields).flat() : [];
  return Object.values(body)
    .flat()
    .filter((message) => texts.includes(message));
}
