import { keptMail } from "#lib/pages/kept-mails.ts";

type Context = { params: Promise<{ id: string }> };

/** The mail as its reader would see it. It has styles of its own, which no page of ours may have, and nothing else. */
const POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/** The HTML of one mail, for the frame on the page /dev/mail. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const mail = await keptMail((await params).id);
  if (!mail?.written) return new Response("Not found.", { status: 404, headers: { "cache-control": "no-store" } });
  return new Response(mail.written.html, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY, "cache-control": "no-store" },
  });
}
