"use client";

import { SecondStepForm } from "#app/(auth)/login/second-step-form.tsx";
import type { SecondStep } from "#lib/client/log-in-api.ts";

/** `overPath`: where a challenge leads that is good no more. `startPath`: where the login begins */
type Props = { step: SecondStep; overPath: string; startPath: string };

/** The second step of a login that a provider has begun. */
export function CarriedStep({ step, overPath, startPath }: Props) {
  return (
    <SecondStepForm
      step={step}
      name={undefined}
      onOver={() => window.location.replace(overPath)}
      onStartAgain={() => window.location.replace(startPath)}
    />
  );
}
