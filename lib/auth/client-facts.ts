import { isIPv4, isIPv6 } from "node:net";
import { deviceName } from "#lib/names/device-name.ts";
import { currentRequest } from "#lib/observe/request-context.ts";

/** Where a request comes from, as it is kept with a session or an event. Null where no request is being served. */
export type ClientFacts = {
  address: string | null;
  /** A part of the internet that one provider's customers move within */
  network: string | null;
  /** "Firefox on Windows" */
  device: string | null;
};

/** The facts about the client whose request is being served. An operator's command has none. */
export function clientFacts(): ClientFacts {
  const request = currentRequest();
  if (!request) return { address: null, network: null, device: null };
  const { address, userAgent } = request;
  return { address, network: networkOf(address), device: deviceName(userAgent) };
}

// A /16 of IPv4 and a /32 of IPv6, the usual size of a provider's allocation: a phone's address changes by the hour, and must
// not look like another network each time.
function networkOf(address: string): string | null {
  if (isIPv4(address)) return `${address.split(".").slice(0, 2).join(".")}.0.0/16`;
  if (!isIPv6(address)) return null;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  // `::` stands for the zeros between the two parts.
  const all = address.includes("::") ? [...groups, "0", "0"] : [...groups, ...tail.split(":")];
  return `${all.slice(0, 2).join(":")}::/32`;
}
