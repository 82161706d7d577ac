// What lib/client/passkeys.ts loads of the library when a passkey is asked for. The rest of it is left out of the script.
export { startAuthentication, startRegistration, WebAuthnAbortService } from "@simplewebauthn/browser";
