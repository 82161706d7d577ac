import type { Words } from "#app/_components/words.ts";

/** For adding and removing a provider. */
export const providerWayWords: Words = {
  provider: { "This account is linked with it already.": "It is added already, in another tab. Reload this page to see it." },
  detail: {
    "This is the last way to log in.": "It is the only way into your account. Set a password or add a passkey first.",
    "Not found.": "It is switched off here now. Reload this page.",
  },
};
