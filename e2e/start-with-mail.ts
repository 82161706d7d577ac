import { freePort } from "#db/embedded/ports.ts";
import { startServer, type TestServer } from "./harness.ts";
import { MAIL_FROM, startMailServer } from "./mail-server.ts";

/**
 * Starts the application that tests share, with a mail server. e2e/mailbox.ts finds both the mails and the database in the
 * environment, which the runner's own processes inherit.
 * @param host the name or address that browsers reach it by
 */
export async function startWithMail(
  variables: { DATABASE_URL: string } & Record<string, string>,
  host = "127.0.0.1",
): Promise<TestServer> {
  const mail = await startMailServer();
  process.env.TEST_MAIL_DIRECTORY = mail.directory;
  process.env.TEST_DATABASE_URL = variables.DATABASE_URL;
  // The links of mails lead to PUBLIC_URL: to this server, where tests follow them.
  const port = await freePort();
  const origin = `http://${host}:${port}`;
  const server = await startServer({
    PORT: String(port),
    PUBLIC_URL: origin,
    SMTP_URL: mail.url,
    MAIL_FROM,
    ...variables,
  }).catch(async (error) => {
    await mail.stop();
    throw error;
  });
  const stop = async () => {
    const status = await server.stop();
    await mail.stop();
    return status;
  };
  return { ...server, origin, stop };
}
