type Props = {
  methods: string[];
  /** Those that would do */
  providers: { name: string }[];
};

/** What to do to prove who is at the screen, and why. */
export function ProofReason({ methods, providers }: Props) {
  return (
    <p id="proof-reason" className="mt-2 mb-5 text-ink-soft">
      {reasonOf(methods, providers)}
    </p>
  );
}

function reasonOf(methods: string[], providers: Props["providers"]): React.ReactNode {
  const why = "So that nobody else at your screen can do this,";
  if (methods.includes("password")) return `${why} enter your password. Then it goes on by itself.`;
  if (methods.includes("totp")) return `${why} enter a code of your authenticator app. Then it goes on by itself.`;
  if (methods.includes("passkey")) return `${why} use your passkey. Then it goes on by itself.`;
  if (providers.length > 0) {
    const names = providers.map(({ name }) => name).join(" or ");
    return `${why} log in to ${names} once more. It leads back to this page, where you can go on.`;
  }
  return (
    <>
      Your account has no password, and what you log in with is switched off here.{" "}
      <a href="/forgot-password">Get a password by email</a>, log in with it, then try again.
    </>
  );
}
