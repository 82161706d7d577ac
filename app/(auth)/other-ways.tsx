import { ProviderButtons } from "#app/_components/provider-buttons.tsx";
import { ProviderIcon } from "#app/_components/provider-icon.tsx";
import { providers } from "#lib/auth/providers.ts";

type Props = {
  /** What goes before "with Google" */
  verb: string;
  next: string | null;
};

/** Below a form: other ways to do the same, if there are any. @param first a way that needs no provider */
export function OtherWays({ first, ...props }: Props & { first?: React.ReactNode }) {
  const hasProviders = providers().length > 0;
  if (!first && !hasProviders) return null;
  return (
    <>
      <p className="or">or</p>
      <div className="grid gap-3">
        {first}
        {hasProviders && <Ways {...props} />}
      </div>
    </>
  );
}

/** A button for each provider that is switched on. */
export function Ways({ verb, next }: Props) {
  const all = providers().map((provider) => ({ ...provider, icon: <ProviderIcon id={provider.id} /> }));
  return <ProviderButtons providers={all} verb={verb} next={next ?? "/"} />;
}
