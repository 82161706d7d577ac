import { z } from "zod";
import type { Config } from "./config.ts";
import { type AccountEvent, EVENT_WORDS } from "./event-words.ts";

/** The browser reads it from the refusal of a refresh. */
export type { SessionEnd } from "./errors.ts";

// The API's successful answers. The browser uses the types, the API's document the schemas.

// Not `z.jwt()`: JSON Schema does not know its format.
const token = z.string().meta({ pattern: "^[\\w\\-]+\\.[\\w\\-]+\\.[\\w\\-]+$" });
/** Has the form of a token, and no valid signature. */
export const A_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl";

export const user = z
  .object({
    id: z
      .int()
      .positive()
      .meta({ examples: [1] }),
    username: z.string().meta({ examples: ["ann"] }),
    email: z.string().meta({ examples: ["ann@example.com"] }),
    age: z.iso.date().meta({ examples: ["1990-01-02"] }),
  })
  .meta({ id: "User" });
export const profile = z.object({ username: z.string().meta({ examples: ["ann"] }) }).meta({ id: "Profile" });
const tokensInBody = z.object({
  refresh: token.meta({ description: "A refresh token, for clients without cookies.", examples: [A_TOKEN] }),
  access: token.optional().meta({ description: "An access token, for clients without cookies.", examples: [A_TOKEN] }),
});
export const refreshToken = tokensInBody.meta({ id: "RefreshToken", settings: onlyWithAccessTokens(["access"]) });

const time = z.iso.datetime().meta({ examples: ["2026-11-26T09:30:00.000Z"] });
const id = z
  .int()
  .positive()
  .meta({ examples: [1] });
const where = {
  address: z
    .string()
    .nullable()
    .meta({ description: "The client's address; null where none is known.", examples: ["203.0.113.7"] }),
  device: z
    .string()
    .nullable()
    .meta({ description: "In words.", examples: ["Firefox on Windows"] }),
};

export const account = z
  .object({
    id,
    username: z.string().meta({ examples: ["ann"] }),
    email: z
      .string()
      .nullable()
      .meta({ description: "Null for an imported account without one.", examples: ["ann@example.com"] }),
    email_verified: z.boolean(),
    age: z.iso
      .date()
      .nullable()
      .meta({ description: "Null for an imported account whose owner has not said it yet.", examples: ["1990-01-02"] }),
    created_at: time,
    has_password: z.boolean(),
    totp: z.boolean(),
    recovery_codes_left: z.int().min(0),
    passkeys: z.int().min(0),
    providers: z.array(z.string()).meta({ examples: [["google"]] }),
  })
  .meta({ id: "Account" });
export const session = z
  .object({
    id: z.string().meta({ description: "Opens nothing by itself.", examples: ["Zk1Jm0nqQ2y3r4s5t6u7vw"] }),
    current: z.boolean().meta({ description: "Whether this request belongs to it." }),
    created_at: time,
    last_used_at: time,
    expires_at: time,
    ...where,
  })
  .meta({ id: "Session" });

/** The names of events. Not beside their words: a browser has no use for the list. */
export const ACCOUNT_EVENTS = Object.keys(EVENT_WORDS) as AccountEvent[];
const accountEvent = z.enum(ACCOUNT_EVENTS).meta({ examples: ["login"] });
export const eventPage = z
  .object({
    results: z.array(z.object({ id, at: time, event: accountEvent, ...where })),
    next: id.nullable().meta({ description: "For `before`, to read on; null at the end." }),
  })
  .meta({ id: "Events" });

/** The rows that are kept about a user, by what they are about: db/export.ts has their columns. */
const rows = z.array(z.looseObject({}));
export const exported = z
  .looseObject({
    account: rows,
    password: rows,
    sessions: rows,
    login_addresses: rows,
    events: rows,
    email_changes: rows,
    providers: rows,
    passkeys: rows,
    totp: rows,
    recovery_codes: rows,
    mails: rows,
  })
  .meta({ id: "Export" });

export const reauthenticated = z.object({
  detail: z.literal("Reauthenticated."),
  expires_in: z
    .int()
    .positive()
    .meta({ description: "In seconds.", examples: [600] }),
});

/** Where a walk to a provider begins. */
export const walk = z.object({
  url: z.url().meta({ description: "Where the browser is to go.", examples: ["https://accounts.google.com/o/oauth2/v2/auth"] }),
});

export const passkey = z
  .object({
    id,
    name: z.string().meta({ examples: ["My phone"] }),
    created_at: time,
    last_used_at: time.nullable(),
    synced: z.boolean().meta({ description: "Whether its provider keeps it on several devices." }),
  })
  .meta({ id: "Passkey" });
/** What a browser's `navigator.credentials` is called with. */
export const passkeyOptions = z.looseObject({ challenge: z.string().meta({ examples: ["Y2hhbGxlbmdl"] }) }).meta({
  id: "PasskeyOptions",
  description: "For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`.",
});
export const totpSecret = z
  .object({
    secret: z.string().meta({ description: "In Base32.", examples: ["JBSWY3DPEHPK3PXP"] }),
    uri: z.string().meta({ examples: ["otpauth://totp/MovieConnect:ann?issuer=MovieConnect&secret=JBSWY3DPEHPK3PXP"] }),
    qr: z.string().meta({ description: "The URI as a QR code, an SVG.", examples: ["<svg></svg>"] }),
  })
  .meta({ id: "TotpSecret" });
export const recoveryCodes = z
  .object({
    recovery_codes: z
      .array(z.string())
      .length(10)
      .meta({ examples: [Array(10).fill("JBSWY3-DPEHPK-3PXPJB-SWY3DP")] }),
  })
  .meta({ id: "RecoveryCodes", description: "Each is good once. They are not shown again." });

/** An answer that says one sentence. */
export function detail<Text extends string>(text: Text) {
  return z.object({ detail: z.literal(text) });
}

/** An answer that has the new tokens too for a client that sent its access token in the header, where ACCESS_TOKEN_IN_BODY is on. */
export function withTokens<Shape extends z.ZodRawShape>(answer: z.ZodObject<Shape>) {
  const shape = { ...answer.shape, ...tokensInBody.partial().shape };
  return z.object(shape).meta({ settings: onlyWithAccessTokens(["refresh", "access"], []) });
}

// For the document: these fields are in no answer where ACCESS_TOKEN_IN_BODY is off. Where it is on, `always` are in each.
function onlyWithAccessTokens(names: string[], always = names) {
  return ({ ACCESS_TOKEN_IN_BODY }: Pick<Config, "ACCESS_TOKEN_IN_BODY">, { properties = {}, required = [] }: Described) => {
    if (ACCESS_TOKEN_IN_BODY === "on") return { required: [...required, ...always] };
    return { properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))) };
  };
}

type Described = { properties?: Record<string, unknown>; required?: string[] };

export type Account = z.output<typeof account>;
export type Session = z.output<typeof session>;
export type EventPage = z.output<typeof eventPage>;
export type PasskeyAnswer = z.output<typeof passkey>;
export type TotpSecret = z.output<typeof totpSecret>;
export type RecoveryCodes = z.output<typeof recoveryCodes>;
export type User = z.output<typeof user>;
export type Walk = z.output<typeof walk>;
export type Profile = z.output<typeof profile>;
