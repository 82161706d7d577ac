import { createHmac, randomBytes } from "node:crypto";
import { withDatabase } from "./harness.ts";

// Tokens as simplejwt and PyJWT sign them, for tests that need no Django.

type Claims = Record<string, unknown>;

/** PyJWT writes its header in this order or in the other; its JSON is ASCII, without spaces. */
export const HEADERS = ['{"alg":"HS256","typ":"JWT"}', '{"typ":"JWT","alg":"HS256"}'] as const;

/** Signs a payload as it is. */
export function signText(payload: string, secret: string, header: string = HEADERS[0], hash = "sha256"): string {
  const signed = [header, payload].map((part) => Buffer.from(part).toString("base64url")).join(".");
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}

/** Signs claims as PyJWT does. */
export function signAsPython(claims: Claims, secret: string, header: string = HEADERS[0]): string {
  const text = JSON.stringify(claims).replace(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return signText(text, secret, header);
}

export const seconds = () => Math.floor(Date.now() / 1_000);

/** The claims of a login's two tokens: each has an id of its own, and both the time of the login. */
export function loginClaims(userId: number | string, { iat = seconds(), userClaim = "user_id" } = {}) {
  const claims = (type: string, lifetime: number) => ({
    token_type: type,
    exp: seconds() + lifetime,
    iat,
    jti: randomBytes(16).toString("hex"),
    [userClaim]: userId,
  });
  return { refresh: claims("refresh", 86_400), access: claims("access", 300) };
}

/** The two tokens of a login at Django. */
export function logInAtDjango(userId: number | string, secret: string, options: { iat?: number; userClaim?: string } = {}) {
  const { refresh, access } = loginClaims(userId, options);
  return { refresh: signAsPython(refresh, secret), access: signAsPython(access, secret) };
}

/** Marks an account as one that came from Django, as the import does. */
export function comeFromDjango(databaseUrl: string, userId: number): Promise<unknown> {
  return withDatabase(databaseUrl, (query) =>
    query("insert into django_users (user_id, brought, is_staff) values ($1, '{}', false)", [userId]),
  );
}
