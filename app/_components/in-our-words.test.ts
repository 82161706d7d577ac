import { expect, test } from "vitest";
import { logInWords } from "#app/(auth)/login/log-in-words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";
import { inOurWords } from "./in-our-words.ts";

const fields = (of: Record<string, string[]>) => ({ kind: "fields", fields: of }) as const;

test("a field's own words come before the words for every form, and keep the message's number", () => {
  const blank = ["This field may not be blank."];
  const short = "This password is too short. It must contain at least 12 characters.";
  const said = inOurWords(fields({ username: blank, city: blank, password: [short] }), signUpWords, [
    "username",
    "city",
    "password",
  ]);
  expect(said).toEqual(
    fields({ username: ["Choose a username."], city: ["Fill this in."], password: ["Use at least 12 characters."] }),
  );
  expect(inOurWords(fields({ username: blank }), logInWords, ["username"])).toEqual(
    fields({ username: ["Enter your username or email address."] }),
  );
});

test("a message without words is shown as it is", () => {
  expect(inOurWords(fields({ username: ["Not on a Sunday."] }), signUpWords, ["username"])).toEqual(
    fields({ username: ["Not on a Sunday."] }),
  );
  const refused = { kind: "refused", status: 400, detail: "This is the last way to log in." } as const;
  expect(inOurWords(refused, {}, [])).toEqual(refused);
});

test("a message about a field that the form does not show is shown for the whole form, after the field's name", () => {
  const failure = fields({ city: ["No such city."], non_field_errors: ["No data provided"], username: ["Not on a Sunday."] });
  expect(inOurWords(failure, signUpWords, ["username"])).toEqual(
    fields({
      username: ["Not on a Sunday."],
      non_field_errors: ["city: No such city.", "Something went wrong on this page. Reload it, then try again."],
    }),
  );
});

test("a message about a field that the form does not show, but has words for, is shown for the whole form in those words", () => {
  const taken = fields({ response: ["This passkey was added before."] });
  const words = { response: { "This passkey was added before.": "This device has a passkey of yours already." } };
  expect(inOurWords(taken, words, ["name"])).toEqual(
    fields({ non_field_errors: ["This device has a passkey of yours already."] }),
  );
});

test("a message about a field is shown as it is where there are no fields: a button is about one thing", () => {
  const refused = fields({ provider: ["This is not how you log in."] });
  expect(inOurWords(refused, {}, [])).toEqual(fields({ non_field_errors: ["This is not how you log in."] }));
});
