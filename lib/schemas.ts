import { z } from "zod";
import { A_TOKEN } from "./answers.ts";
import { date, email, newPassword, otherwise, passkeyName, trimmed, untouched, username } from "./fields.ts";

// The bodies that the API accepts. Routes use the schemas; forms use only the types, since the schemas run on the server
// alone.

export const signUpInput = z.object({ username, email, password: newPassword, age: date }).meta({ id: "SignUp" });
/** Old credentials meet no strength rules: a password that was once accepted must still log in. */
export const logInInput = z
  .object({
    username: trimmed.meta({ description: "In any case, or the account's e-mail address.", examples: ["ann"] }),
    password: untouched.meta({ format: "password", examples: ["seven-samurai-1954"] }),
  })
  .meta({ id: "LogIn" });
export const refreshInput = z
  .object({ refresh: untouched.optional().meta({ description: "A refresh token. Without it the refresh cookie is used." }) })
  .meta({ id: "Refresh" });

export const verifyInput = z
  .object({ token: untouched.meta({ description: "An access or a refresh token.", examples: [A_TOKEN] }) })
  .meta({ id: "Verify" });
export const blacklistInput = z
  .object({ refresh: untouched.meta({ description: "A refresh token.", examples: [A_TOKEN] }) })
  .meta({ id: "Blacklist" });
export const logOutInput = z
  .object({
    refresh: untouched.optional().meta({
      description: "A refresh token, for clients without cookies. Used if no access token and no cookie is valid.",
    }),
  })
  .meta({ id: "LogOut" });

const oldPassword = untouched.meta({ format: "password", examples: ["seven-samurai-1954"] });
const code = trimmed.meta({ description: "Six digits of an authenticator app, or a recovery code.", examples: ["492039"] });
const passkeyAnswer = z
  .looseObject({})
  .meta({ description: "What the passkey answered, as `toJSON()` of a PublicKeyCredential gives it." });
const linkToken = untouched.meta({ description: "From the link of a mail, where it follows `#token=`." });

export const reauthenticateInput = z
  .object({
    password: oldPassword.optional().meta({ description: "Not enough for an account that has a second factor." }),
    code: code.optional().meta({ description: "Of an authenticator app, or for recovery." }),
    passkey: passkeyAnswer.optional().meta({ description: "An answer to a challenge of POST /api/token/passkey/options/." }),
    provider: z
      .string()
      .optional()
      .meta({ description: "For an account without a password: the provider to log in with anew.", examples: ["google"] }),
  })
  // A proof is one of these. A body with none is told about the password, as most accounts have one.
  .refine((proof) => Object.values(proof).some((each) => each !== undefined), {
    ...otherwise({ code: "required" }),
    path: ["password"],
  })
  .meta({ id: "Reauthenticate" });
/** Either a code or a passkey. */
export const secondFactorInput = z
  .object({
    challenge: untouched.meta({ description: "Of the refused login.", examples: [A_TOKEN] }),
    code: code.optional(),
    passkey: passkeyAnswer.optional().meta({ description: "An answer to a challenge of POST /api/token/passkey/options/." }),
  })
  .meta({ id: "SecondFactor" });
export const passkeyLoginInput = z.object({ response: passkeyAnswer }).meta({ id: "PasskeyLogin" });
export const newPasskeyInput = z.object({ response: passkeyAnswer, name: passkeyName.optional() }).meta({ id: "NewPasskey" });
export const renamePasskeyInput = z.object({ name: passkeyName }).meta({ id: "RenamePasskey" });
export const codeInput = z.object({ code }).meta({ id: "Code" });
export const completeSignUpInput = z
  .object({
    username,
    age: date,
    email: email.optional().meta({ description: "Without it the address counts that the provider has verified." }),
  })
  .meta({ id: "CompleteSignUp" });
export const changeAccountInput = z.object({ username: username.optional(), age: date.optional() }).meta({ id: "ChangeAccount" });
export const changePasswordInput = z
  .object({
    current_password: oldPassword.optional().meta({ description: "Required unless the account has no password yet." }),
    new_password: newPassword,
  })
  .meta({ id: "ChangePassword" });
export const recoverInput = z.object({ email }).meta({ id: "Recover" });
export const resetPasswordInput = z.object({ token: linkToken, new_password: newPassword }).meta({ id: "ResetPassword" });
export const changeEmailInput = z.object({ email }).meta({ id: "ChangeEmail" });
export const linkInput = z.object({ token: linkToken }).meta({ id: "Link" });

/** The id of a session in a path. */
export const sessionPath = z.object({
  id: z.string().meta({ description: "The session's id.", examples: ["Zk1Jm0nqQ2y3r4s5t6u7vw"] }),
});
/** A provider in a path. */
export const providerPath = z.object({
  provider: z.string().meta({ description: "One of those that are switched on.", examples: ["google"] }),
});
/** The number of a passkey in a path. */
export const passkeyPath = z.object({
  id: z
    .string()
    .refine((value) => /^\d{1,15}$/.test(value), otherwise({ code: "not_an_integer" }))
    .transform(Number)
    .meta({ type: "integer", minimum: 0, description: "The passkey's number.", examples: [1] }),
});
/** A page of a list that is sorted by ids. A query's values are strings. */
export const pageQuery = z.object({
  before: z
    .string()
    .refine((value) => /^\d{1,15}$/.test(value), otherwise({ code: "not_an_integer" }))
    .transform(Number)
    .optional()
    .meta({ type: "integer", minimum: 0, description: "The `next` of the page before this one.", examples: [1] }),
});

export type SignUpInput = z.input<typeof signUpInput>;
export type SignUpValues = z.output<typeof signUpInput>;
export type LogInInput = z.input<typeof logInInput>;
export type LogInValues = z.output<typeof logInInput>;
export type LogOutValues = z.output<typeof logOutInput>;
export type ReauthenticateValues = z.output<typeof reauthenticateInput>;
export type SecondFactorInput = z.input<typeof secondFactorInput>;
export type SecondFactorValues = z.output<typeof secondFactorInput>;
export type CodeInput = z.input<typeof codeInput>;
export type RenamePasskeyInput = z.input<typeof renamePasskeyInput>;
export type CompleteSignUpInput = z.input<typeof completeSignUpInput>;
export type CompleteSignUpValues = z.output<typeof completeSignUpInput>;
export type ChangeAccountInput = z.input<typeof changeAccountInput>;
export type ChangeAccountValues = z.output<typeof changeAccountInput>;
export type ChangePasswordInput = z.input<typeof changePasswordInput>;
export type ChangePasswordValues = z.output<typeof changePasswordInput>;
export type RecoverInput = z.input<typeof recoverInput>;
export type ResetPasswordInput = z.input<typeof resetPasswordInput>;
export type ResetPasswordValues = z.output<typeof resetPasswordInput>;
export type ChangeEmailInput = z.input<typeof changeEmailInput>;
export type LinkInput = z.input<typeof linkInput>;
