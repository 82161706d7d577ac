/** What a mail server's error means: this mail is refused, this mail may pass later, or no mail can be sent now. */
export type Failure = { meaning: "refused" | "later" | "away"; code: string; responseCode: number | undefined; message: string };

// The commands that speak of one mail. Where the server refuses the sender, the login or the connection, no mail passes.
const ABOUT_ONE_MAIL = ["RCPT TO", "DATA"];
/** RFC 4954 §6, RFC 5321 §4.2.3: the session is at fault, not the mail. */
const ABOUT_THE_SESSION = [421, 503, 530, 535];
const LONGEST_MESSAGE = 500;

/** Reads nodemailer's error. */
export function failureOf(error: unknown): Failure {
  const {
    code = "UNKNOWN",
    command = "",
    responseCode,
    message = "",
  } = error as Partial<Record<string, string>> & {
    responseCode?: number;
  };
  return { meaning: meaningOf(code, command, responseCode), code, responseCode, message: legible(message) };
}

// The server's words are shown at a terminal, which no character of theirs may steer.
function legible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ").slice(0, LONGEST_MESSAGE);
}

function meaningOf(code: string, command: string, responseCode: number | undefined): Failure["meaning"] {
  // Refused before any server was asked: the address is none.
  if (code === "EENVELOPE" && responseCode === undefined) return "refused";
  if (responseCode === undefined || ABOUT_THE_SESSION.includes(responseCode)) return "away";
  if (!ABOUT_ONE_MAIL.includes(command)) return "away";
  return responseCode >= 500 ? "refused" : "later";
}
