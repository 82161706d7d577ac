import { z } from "zod";

/**
 * Bytes in an answer of a passkey. Decoders of base64url disagree about other characters: one skips them, another takes them for an
 * `A`. Here the challenge is read from the very bytes whose signature the package checks.
 */
export const passkeyBytes = z.string().regex(/^[\w-]+$/);
