"use client";

/** Says what has been done, where it was done. Its live region is there before the sentence is: screen readers then announce it. */
export function SaidNotice({ said }: { said: string | null }) {
  return (
    <p role="status" className={said === null ? undefined : "notice notice-good"}>
      {said}
    </p>
  );
}
