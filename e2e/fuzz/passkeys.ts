import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import fc from "fast-check";
import { hostileValue } from "./strings.ts";

// Answers of passkeys, of which one thing is wrong.

const READ = ["id", "rawId", "type", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

/** A good answer with one of its values replaced, a byte of one changed, or a rubbish value in its place. */
export function spoiledPasskey(good: AuthenticationResponseJSON | RegistrationResponseJSON): fc.Arbitrary<unknown> {
  const inner: Record<string, unknown> = { ...good.response };
  const replace = (name: string, value: unknown) =>
    name in inner ? { ...good, response: { ...inner, [name]: value } } : { ...good, [name]: value };
  const names = READ.filter((name) => name in inner || name in good);
  const bytes = names.filter((name) => name !== "type");
  const changed = fc
    .tuple(fc.constantFrom(...bytes), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(3))
    .map(([name, at, by, cut]) => replace(name, change(String(inner[name] ?? good.id), at, by, cut)));
  return fc.oneof(
    { weight: 6, arbitrary: changed },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom("response", ...names), hostileValue).map(([name, value]) => replace(name, value)),
    },
    { weight: 1, arbitrary: hostileValue },
  );
}

// The last bytes are cut off in one of four cases.
function change(text: string, at: number, by: number, cut: number): string {
  const bytes = Buffer.from(text, "base64url");
  const place = at % Math.max(1, bytes.length);
  if (cut === 0) return bytes.subarray(0, place).toString("base64url");
  bytes[place] = (bytes[place] ?? 0) ^ by;
  return bytes.toString("base64url");
}
