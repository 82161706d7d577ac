"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { ProviderButtons } from "#app/_components/provider-buttons.tsx";
import { rememberNewcomer } from "#app/(auth)/newcomer.ts";
import type { Result } from "#lib/client/call.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import type { CompleteSignUpInput } from "#lib/schemas.ts";
import { completeSignUpWords } from "./complete-sign-up-words.ts";
import { keepTyped, typeAgain } from "./typed.ts";

type Props = {
  provider: { id: string; name: string; icon: React.ReactNode };
  username: string | null;
  /** The address that the provider has verified */
  email: string | null;
  /** In years, 0 for none */
  minimumAge: number;
  /** Where the login page is, for an account whose address has to be confirmed first */
  logInPath: string;
  /** Where to go after the login, for those who have to begin again */
  next: string;
};

/** What a provider does not know of a newcomer. After it `ViewerProvider` goes to the page that they asked for. */
export function CompleteSignUpForm({ provider, username, email, minimumAge, logInPath, next }: Props) {
  const router = useRouter();
  const [isOver, setOver] = useState(false);
  useEffect(typeAgain, []);

  async function complete(input: CompleteSignUpInput): Promise<Result<unknown>> {
    const result = await providerApi.completeSignUp(input);
    if (result.ok && !result.data.opened) {
      rememberNewcomer(result.data);
      router.replace(logInPath);
    }
    if (!result.ok && result.failure.kind === "refused" && result.failure.status === 400) {
      keepTyped(input);
      setOver(true);
    }
    return result;
  }

  return (
    <>
      <ApiForm call={complete} submit={{ label: "Create my account", doing: "Creating" }} words={completeSignUpWords}>
        <Field
          name="username"
          label="Username"
          hint={"What others see. Letters, digits and .\u00a0+\u00a0-\u00a0_"}
          defaultValue={username ?? undefined}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Field
          name="age"
          label="Date of birth"
          hint={minimumAge > 0 ? `We ask because you must be at least ${minimumAge}.` : undefined}
          type="date"
          max="9999-12-31"
          autoComplete="bday"
        />
        <Field
          name="email"
          label="Email"
          hint={email === null ? "We send an email there, to confirm it." : `Confirmed by ${provider.name}.`}
          type="email"
          defaultValue={email ?? undefined}
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
        />
      </ApiForm>
      {isOver && (
        <div className="mt-3">
          <ProviderButtons providers={[provider]} verb="Log in" next={next} />
        </div>
      )}
    </>
  );
}
