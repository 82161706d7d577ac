import { config } from "#lib/config.ts";

/**
 * The origin that browsers see. Without PUBLIC_URL every name that reaches the application is its own, over http: localhost,
 * 127.0.0.1, a name on the network.
 */
export function publicOrigin(headers: Headers): string {
  return config().PUBLIC_URL?.origin ?? `http://${headers.get("host")}`;
}
