import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import type { PasskeyAnswer } from "#lib/answers.ts";
import { api } from "./api-client.ts";
import { type Failure, type Result, send } from "./call.ts";
import { announceSession } from "./session-channel.ts";

// What this browser does with passkeys. None of these functions rejects: a ceremony that comes to nothing is a failure that a
// form can show. Only one ceremony runs at a time: a new one ends the one before it.

type Library = typeof import("./ceremonies.ts");

const CANCELLED = "That was cancelled, or your device couldn't tell that it is you. Try again when you are ready.";
const UNFIT = "This device or passkey can't be used here. Try another one.";

/** `autofill`: offers the passkeys in the field of the username, and waits for a choice. `signal` ends the ceremony */
type Asking = { autofill?: boolean; signal?: AbortSignal };

/** Adds a passkey to the viewer's account. @param name by default the device's */
export async function addPasskey(name?: string): Promise<Result<PasskeyAnswer>> {
  const options = await api.post<PublicKeyCredentialCreationOptionsJSON>("/api/user/passkeys/options/");
  if (!options.ok) return options;
  const made = await perform(({ startRegistration }) => startRegistration({ optionsJSON: options.data }));
  if (!made.ok) return made;
  const added = await api.post<PasskeyAnswer>("/api/user/passkeys/", { response: made.data, ...(name ? { name } : {}) });
  if (added.ok) announceSession("changed");
  return added;
}

/** Asks for a passkey of this site. The answer is a proof, a second factor, or a login: each endpoint takes it once. */
export async function askForPasskey({ autofill = false, signal }: Asking = {}): Promise<Result<AuthenticationResponseJSON>> {
  const options = await send<PublicKeyCredentialRequestOptionsJSON>("POST", "/api/token/passkey/options/");
  if (!options.ok) return options;
  return perform(
    ({ startAuthentication }) => startAuthentication({ optionsJSON: options.data, useBrowserAutofill: autofill }),
    signal,
  );
}

/** Whether this browser can offer passkeys in the field of the username. */
export async function canAutofill(): Promise<boolean> {
  return (await window.PublicKeyCredential?.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
}

// The library is loaded when a passkey is asked for: a page's own script does without it.
async function perform<Answer>(ceremony: (library: Library) => Promise<Answer>, signal?: AbortSignal): Promise<Result<Answer>> {
  const library = await import("./ceremonies.ts").catch(() => null);
  if (library === null) return { ok: false, failure: { kind: "unavailable", retryAfter: null } };
  if (signal?.aborted) return { ok: false, failure: { kind: "no_passkey", detail: CANCELLED } };
  const end = () => library.WebAuthnAbortService.cancelCeremony();
  signal?.addEventListener("abort", end);
  try {
    return { ok: true, data: await ceremony(library) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

function toFailure(error: unknown): Failure {
  const { name, code } = error as { name?: string; code?: string };
  // As the API says it of a passkey that was added meanwhile.
  if (code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED") {
    return { kind: "fields", fields: { response: ["This passkey was added before."] } };
  }
  // Browsers do not say whether the person cancelled, waited too long, or could not be verified (Web Authentication §14.5.1).
  return { kind: "no_passkey", detail: name === "NotAllowedError" || name === "AbortError" ? CANCELLED : UNFIT };
}
