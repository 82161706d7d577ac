"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { useHydrated } from "#app/_components/use-hydrated.ts";
import { withScripts } from "#lib/client/with-scripts.ts";
import { passkeyWords } from "./passkey-words.ts";

/** Makes a passkey on this device, or on another one that the browser can reach. */
export function AddPasskey({ isPossible }: { isPossible: boolean }) {
  const hydrated = useHydrated();
  if (!isPossible) {
    return (
      <p>
        Passkeys work only at an https address with a name, such as https://movieconnect.example. This one is not, so you can add
        none here.
      </p>
    );
  }
  if (hydrated && typeof PublicKeyCredential === "undefined") {
    return <p>This browser can't make a passkey here. Try another browser, or another device.</p>;
  }
  return (
    <ApiForm
      call={add}
      submit={{ label: "Add a passkey", doing: "Asking your device", look: "sm:w-auto" }}
      says={(_input, { name }) => `“${name}” is added: you can log in with it from now on. All other devices are logged out.`}
      words={passkeyWords}
      clears
    >
      <Field
        id="new-passkey"
        name="name"
        label="Name"
        hint="If you like: what you call the device, such as “My phone”."
        required={false}
        autoComplete="off"
      />
      <p className="text-ink-soft">
        Your device then asks for your finger, your face or its PIN. All other devices are logged out.
      </p>
    </ApiForm>
  );
}

function add({ name }: { name: string }) {
  return withScripts(
    () => import("#lib/client/passkeys.ts"),
    ({ addPasskey }) => addPasskey(name.trim()),
  );
}
