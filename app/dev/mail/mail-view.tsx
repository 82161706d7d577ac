import { timeInWords } from "#lib/mail/time-in-words.ts";
import type { KeptMail } from "#lib/pages/kept-mails.ts";

/** One mail: to whom and when, the link as a button, the HTML as its reader would see it, and the text. */
export function MailView({ mail: { id, kind, address, at, written } }: { mail: KeptMail }) {
  return (
    <article aria-labelledby={`subject-${id}`}>
      <h2 id={`subject-${id}`} className="text-xl font-bold">
        {written?.subject ?? kind}
      </h2>
      <p className="mt-1 text-ink-soft">
        To {written?.to ?? address}, <time dateTime={at.toISOString()}>{timeInWords(at)}</time>
      </p>
      {written === null && (
        <p className="mt-3">It would not be sent any more: the account is gone, or there is nothing left to say.</p>
      )}
      {written?.link && (
        <p className="mt-3">
          <a className="button" href={written.link}>
            Open its link
          </a>
        </p>
      )}
      {written && (
        <>
          <iframe
            className="mail-frame"
            src={`/dev/mail/${id}`}
            title={`${written.subject}, as a reader sees it`}
            sandbox=""
            loading="lazy"
          />
          <details className="mt-3">
            <summary>The text</summary>
            <pre className="mail-text">{written.text}</pre>
          </details>
        </>
      )}
    </article>
  );
}
