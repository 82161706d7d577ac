"use client";

import { useEffect, useRef } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { useHydrated } from "#app/_components/use-hydrated.ts";
import { factorApi } from "#lib/client/factor-api.ts";
import { passkeyWords } from "./passkey-words.ts";

type Props = {
  id: number;
  name: string;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onRenamed: (name: string) => void;
};

/** A button that becomes a form for a passkey's name, at its own place. Escape takes it back. */
export function RenamePasskey({ id, name, isOpen, onOpen, onRenamed }: Props) {
  const hydrated = useHydrated();
  const opener = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // Not when the page is first shown.
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) field.current?.select();
    else if (wasOpen.current) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);

  if (!isOpen) {
    return (
      <button ref={opener} type="button" className="button button-plain" disabled={!hydrated} onClick={() => onOpen(true)}>
        Rename<span className="sr-only"> {name}</span>
      </button>
    );
  }
  return (
    <fieldset className="mt-1 basis-full" onKeyDown={({ key }) => key === "Escape" && onOpen(false)}>
      <legend className="sr-only">Rename {name}</legend>
      <ApiForm
        call={(input: { name: string }) => factorApi.renamePasskey(id, input)}
        onDone={(renamed) => {
          onRenamed(renamed.name);
          onOpen(false);
        }}
        submit={{ label: "Save the name", doing: "Saving", look: "sm:w-auto" }}
        words={passkeyWords}
      >
        <Field id={`passkey-${id}`} name="name" label="New name" ref={field} defaultValue={name} autoComplete="off" />
      </ApiForm>
      <button type="button" className="button button-plain mt-3 w-full sm:w-auto" onClick={() => onOpen(false)}>
        Leave it
      </button>
    </fieldset>
  );
}
