import type { Transporter } from "nodemailer";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { isPublic } from "#lib/settings/is-public.ts";
import type { WrittenMail } from "./write-mail.ts";

/** Mails that one worker sends at the same time, each over a connection of its own. */
export const CONNECTIONS = 2;

/** A name of several labels, and no IPv4 address. */
const DOMAIN = /^(?:[\w-]+\.)+[a-z][\w-]*$/i;

/**
 * The mail server's connection. Only a server of this machine is spoken to without TLS: elsewhere an attacker in between could
 * hide that the server offers it (RFC 8314 §5.2), and read links. The query of SMTP_URL has the last word.
 * @internal for its test
 */
export function transportOptions(url: string, publicUrl?: URL) {
  return {
    // How we introduce ourselves (RFC 5321 §4.1.1.1). In a container nodemailer would say [127.0.0.1], which some servers refuse.
    ...(DOMAIN.test(publicUrl?.hostname ?? "") ? { name: publicUrl?.hostname } : {}),
    pool: true as const,
    maxConnections: CONNECTIONS,
    // The outbox repeats what failed.
    maxRequeues: 1,
    idleTimeout: 10_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 15_000,
    requireTLS: isPublic(new URL(url)),
    url,
  };
}

const server = perProcess<Promise<Transporter> | null>("mail-server", () => null);

/** Gives a mail to the mail server. @param id its id in the outbox @throws {Error} nodemailer's */
export async function giveToServer(id: string, { to, subject, text, html }: WrittenMail, signal: AbortSignal): Promise<void> {
  const transport = await (server.get() ?? open());
  const { MAIL_FROM: from, PUBLIC_URL } = config();
  await transport.sendMail({
    // Not as texts, which would be parsed again: a name may have a comma or a colon.
    from,
    to: { name: "", address: to },
    subject,
    text,
    html,
    // The same in each attempt: a mail program can tell that a mail came twice.
    messageId: `<${id}@${PUBLIC_URL?.hostname ?? "localhost"}>`,
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
    signal,
  });
}

/** Closes the connections to the mail server. */
export async function closeMailServer(): Promise<void> {
  const transport = await server.get();
  transport?.close();
  server.set(null);
}

// Loaded with the first mail: most processes send none.
function open(): Promise<Transporter> {
  const { SMTP_URL = "", PUBLIC_URL } = config();
  const options = transportOptions(SMTP_URL, PUBLIC_URL);
  const opened = import("nodemailer").then(({ createTransport }) => createTransport(options) as unknown as Transporter);
  server.set(opened);
  return opened;
}
