import { ProviderButtons } from "#app/_components/provider-buttons.tsx";
import { ProviderIcon } from "#app/_components/provider-icon.tsx";
import { providers } from "#lib/auth/providers.ts";

type Props = {
  /** What goes before "with Google" */
  verb: string;
  next: string | null;
};

/** Below a form: the providers that are switched on, if there are any. */
export function OtherWays(props: Props) {
  if (providers().length === 0) return null;
  return (
    <>
      <p className="or">or</p>
      <Ways {...props} />
    </>
  );
}

/** A button for each provider that is switched on. */
export function Ways({ verb, next }: Props) {
  const all = providers().map((provider) => ({ ...provider, icon: <ProviderIcon id={provider.id} /> }));
  return <ProviderButtons providers={all} verb={verb} next={next ?? "/"} />;
}
