const FORMAT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** A time for a mail, whose reader's time zone is not known: "26 November 2026 at 09:30 UTC". */
export function timeInWords(time: Date): string {
  return `${FORMAT.format(time)} UTC`;
}
