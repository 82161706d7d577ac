import { missing, type Words } from "#app/_components/words.ts";

/** For adding, renaming and removing a passkey. */
export const passkeyWords: Words = {
  name: missing("Enter a name."),
  response: {
    "Invalid passkey.": "That took too long, or the device's answer doesn't fit. Try again.",
    "This passkey was added before.": "This device has a passkey of yours already.",
    "This account has as many passkeys as it may have.": "You have as many passkeys as an account can have. Remove one first.",
  },
  detail: {
    "Passkeys need a site with a name, not an IP address.": "Open MovieConnect by its name, not by a number: passkeys need one.",
    "This is the last way to log in.": "It is the only way into your account. Set a password first.",
    "Not found.": "It was removed meanwhile. Reload this page.",
  },
};
