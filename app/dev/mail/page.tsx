import "./mail.css";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PageTitle } from "#app/_components/page-title.tsx";
import { Wordmark } from "#app/_components/wordmark.tsx";
import { keptMails } from "#lib/pages/kept-mails.ts";
import { MailView } from "./mail-view.tsx";

export const metadata: Metadata = { robots: "noindex" };

/** The mails that are shown instead of sent. Only this machine sees the page, since the links in it open accounts. */
export default async function MailPage() {
  const mails = await keptMails();
  if (mails === null) notFound();
  return (
    <div className="min-h-dvh bg-paper">
      <PageTitle>Mail</PageTitle>
      <header className="house">
        <div className="edged mx-auto max-w-5xl pt-4 pb-10 lg:pt-8">
          <Wordmark />
          <h1 className="headline mt-8">Mail</h1>
          <p className="mt-4 max-w-[65ch] text-lg">
            No mail server is set, so mails are shown here instead of being sent. Only this machine sees this page.
          </p>
        </div>
      </header>
      <main className="edged mx-auto max-w-5xl py-8">
        {mails.length === 0 && <p>No mail has been written yet. Sign up, or ask for a new password, and load this page again.</p>}
        <ul className="grid gap-12">
          {mails.map((mail) => (
            <li key={mail.id}>
              <MailView mail={mail} />
            </li>
          ))}
        </ul>
      </main>
    </div>
  );
}
