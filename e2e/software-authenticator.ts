import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign as signBytes } from "node:crypto";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";

// An authenticator with one passkey, with the browser that asks it (Web Authentication §6, §5.8.1). It lies as a test tells it to.

/** COSE's numbers for ES256, EdDSA and RS256 (RFC 9053), and for ES384, which the application does not ask for. */
export type Algorithm = -7 | -8 | -257 | -35;

/** User present, user verified, backup eligible and backed up: a passkey that a provider synchronises. */
const SYNCED = 0b0001_1101;
export const [PRESENT, VERIFIED, ELIGIBLE, BACKED_UP] = [1, 4, 8, 16] as const;

/** What is told otherwise than it is. */
export type Lies = {
  type?: string;
  challenge?: string;
  origin?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  rpId?: string;
  flags?: number;
  counter?: number;
  /** In base64url */
  userHandle?: string;
  /** The passkey's id */
  id?: Buffer;
  /** Of an attestation; "none" by default */
  format?: string;
  statement?: Map<string, unknown>;
};

/** The options that the application gives to a browser: what is read of them. */
type Options = { challenge: string; rpId?: string; rp?: { id?: string }; user?: { id: string } };

export type Authenticator = {
  /** In base64url */
  id: string;
  make: (options: Options, origin: string, lies?: Lies) => RegistrationResponseJSON;
  sign: (options: Options, origin: string, lies?: Lies) => AuthenticationResponseJSON;
};

/** An authenticator that does not count its signatures, as those whose passkeys are synchronised. */
export function newAuthenticator(algorithm: Algorithm = -7): Authenticator {
  const { publicKey, privateKey } = generateKeys(algorithm);
  const id = randomBytes(32);
  let userHandle: string | undefined;

  function make(options: Options, origin: string, lies: Lies = {}): RegistrationResponseJSON {
    userHandle = options.user?.id;
    const clientData = clientDataOf("webauthn.create", options, origin, lies);
    const ownId = lies.id ?? id;
    const attested = Buffer.concat([Buffer.alloc(16), uint(ownId.length, 2), ownId, encode(coseKey(publicKey, algorithm))]);
    const data = Buffer.concat([authenticatorData(options.rp?.id, 0b0100_0000, lies), attested]);
    const attestation = new Map<string, unknown>([
      ["fmt", lies.format ?? "none"],
      ["attStmt", lies.statement ?? new Map()],
      ["authData", data],
    ]);
    return {
      ...envelope(ownId),
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(data),
        transports: ["hybrid", "internal"],
        publicKeyAlgorithm: algorithm,
        publicKey: base64url(publicKey.export({ format: "der", type: "spki" })),
        attestationObject: base64url(encode(attestation)),
      },
    };
  }

  function sign(options: Options, origin: string, lies: Lies = {}): AuthenticationResponseJSON {
    const clientData = clientDataOf("webauthn.get", options, origin, lies);
    const data = authenticatorData(options.rpId, 0, lies);
    const signed = Buffer.concat([data, sha256(clientData)]);
    const signature = signBytes(algorithm === -8 ? null : hashOf(algorithm), signed, privateKey);
    const handle = lies.userHandle ?? userHandle;
    return {
      ...envelope(lies.id ?? id),
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(data),
        signature: base64url(signature),
        ...(handle === undefined ? {} : { userHandle: handle }),
      },
    };
  }

  return { id: base64url(id), make, sign };
}

/** What every answer has beside its `response` (Web Authentication §5.1, `toJSON()`). */
function envelope(id: Buffer) {
  const text = base64url(id);
  const clientExtensionResults = { credProps: { rk: true } };
  return { id: text, rawId: text, type: "public-key", authenticatorAttachment: "platform", clientExtensionResults } as const;
}

// §5.8.1.1: the keys in this order.
function clientDataOf(type: string, options: Options, origin: string, lies: Lies): Buffer {
  const said = {
    type: lies.type ?? type,
    challenge: lies.challenge ?? options.challenge,
    origin: lies.origin ?? origin,
    crossOrigin: lies.crossOrigin ?? false,
    ...(lies.topOrigin === undefined ? {} : { topOrigin: lies.topOrigin }),
  };
  return Buffer.from(JSON.stringify(said));
}

// §6.1
function authenticatorData(rpId: string | undefined, more: number, { rpId: otherId, flags, counter }: Lies): Buffer {
  return Buffer.concat([sha256(otherId ?? rpId ?? ""), uint((flags ?? SYNCED) | more, 1), uint(counter ?? 0, 4)]);
}

function generateKeys(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === -8) return generateKeyPairSync("ed25519");
  if (algorithm === -257) return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return generateKeyPairSync("ec", { namedCurve: algorithm === -7 ? "P-256" : "P-384" });
}

function hashOf(algorithm: Algorithm): string {
  return algorithm === -35 ? "sha384" : "sha256";
}

// RFC 9053 §7
function coseKey(key: KeyObject, algorithm: Algorithm): Map<number, unknown> {
  const {
    x = "",
    y = "",
    n = "",
    e = "",
  } = createPublicKey(key.export({ format: "pem", type: "spki" })).export({ format: "jwk" });
  const bytes = (text: string) => Buffer.from(text, "base64url");
  if (algorithm === -8)
    return new Map<number, unknown>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(x)],
    ]);
  if (algorithm === -257)
    return new Map<number, unknown>([
      [1, 3],
      [3, -257],
      [-1, bytes(n)],
      [-2, bytes(e)],
    ]);
  const curve = algorithm === -7 ? 1 : 2;
  return new Map<number, unknown>([
    [1, 2],
    [3, algorithm],
    [-1, curve],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
}

/** CBOR of what an attestation is made of: integers, bytes, texts and maps (RFC 8949 §3). */
function encode(value: unknown): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  if (!(value instanceof Map)) throw new Error(`no CBOR for ${String(value)}`);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(encode)]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint(argument, 2)]);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
