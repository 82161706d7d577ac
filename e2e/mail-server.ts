import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { asciiEmail } from "#lib/names/email-address.ts";

/** `url` is for SMTP_URL; the mails that arrive are files in `directory`. */
export type MailServer = { url: string; port: number; directory: string; stop: () => Promise<void> };

/** What the addresses of `MAIL_FROM` in tests are. */
export const MAIL_FROM = "MovieConnect <hello@movieconnect.example>";

/**
 * A real SMTP server, which keeps each mail in a file for each recipient. e2e/mailbox.ts reads them.
 * @param options of smtp-server. Without a certificate it offers no TLS: its own certificate is known to everyone
 */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-mail-"));
  let count = 0;
  const server = new SMTPServer({
    disabledCommands: options.key === undefined ? ["STARTTLS", "AUTH"] : [],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onData: (stream, session, done) => {
      buffer(stream)
        .then(async (mail) => {
          count += 1;
          for (const { address } of session.envelope.rcptTo) await keep(directory, count, address, mail);
        })
        .then(() => done(), done);
    },
    ...options,
  });
  // A client that leaves in the middle is no failure of the test.
  server.on("error", () => undefined);
  const listener = server.listen(port, "127.0.0.1");
  await once(listener, "listening");
  const taken = (listener.address() as AddressInfo).port;
  const stop = async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(directory, { recursive: true, force: true });
  };
  return { url: `${options.secure ? "smtps" : "smtp"}://127.0.0.1:${taken}`, port: taken, directory, stop };
}

// Renamed when it is whole. The name begins with the order of arrival.
async function keep(directory: string, number: number, address: string, mail: Buffer): Promise<void> {
  const name = `${String(number).padStart(8, "0")}.${encodeAddress(address)}`;
  await writeFile(join(directory, `${name}.part`), mail);
  await rename(join(directory, `${name}.part`), join(directory, `${name}.unread`));
}

/** An address as a part of a file's name. smtp-server tells the host of an address in Unicode. */
export function encodeAddress(address: string): string {
  return Buffer.from(asciiEmail(address).toLowerCase()).toString("hex");
}
