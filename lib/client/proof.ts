/** Asks the person at the screen to prove who they are. Resolves to whether they did. @param methods the ways that would do */
type Ask = (methods: string[]) => Promise<boolean>;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;

/** Says how to ask for a proof: with a dialog of the page. Returns a function that takes it back. */
export function askForProofBy(dialog: Ask): () => void {
  ask = dialog;
  return () => {
    if (ask === dialog) ask = null;
  };
}

/** Asks for a proof. All calls of a tab share one question. */
export function askForProof(methods: string[]): Promise<boolean> {
  asking ??= (ask?.(methods) ?? Promise.resolve(false))
    // The question's script may not arrive.
    .catch(() => false)
    .finally(() => {
      asking = null;
    });
  return asking;
}
