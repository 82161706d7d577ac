/**
 * What can happen to an account: the event's name in the API and in the database, and its words for the account's owner. A name is
 * never removed, because its rows are kept for a year.
 */
export const EVENT_WORDS = {
  signup: "You signed up",
  login: "Login",
  login_refused: "A login was refused",
  new_device: "First login from this device and network",
  logout: "Logout",
  session_ended: "A device was logged out",
  replay: "An old copy of a login was used, so that device was logged out",
  password_changed: "The password was changed",
  password_reset: "The password was reset by email",
  email_verified: "The email address was confirmed",
  email_changed: "The email address was changed",
  email_change_undone: "A change of the email address was undone",
  username_changed: "The username was changed",
  provider_linked: "A way to log in with another provider was added",
  provider_unlinked: "A way to log in with another provider was removed",
  totp_added: "Codes of an authenticator app were switched on",
  totp_removed: "Codes of an authenticator app were switched off",
  recovery_codes_made: "New recovery codes were made",
  recovery_code_used: "A recovery code was used",
  passkey_added: "A passkey was added",
  passkey_removed: "A passkey was removed",
  exported: "Your data was downloaded",
  disabled: "The account was switched off",
  enabled: "The account was switched on again",
};

export type AccountEvent = keyof typeof EVENT_WORDS;
