"use client";

// As auditorium.tsx.

/** The name, with its mark: two seats, side by side. */
export function Wordmark() {
  return (
    <p className="flex items-center gap-2.5 text-lg sm:text-xl font-extrabold tracking-tight">
      <svg viewBox="0 0 34 24" className="h-6 w-[2.125rem] shrink-0 fill-current" aria-hidden="true">
        <path d="M0 24V9a8 8 0 0 1 16 0v15zM18 24V9a8 8 0 0 1 16 0v15z" />
      </svg>
      <span className="wrap-normal">
        Movie
        <wbr />
        Connect
      </span>
    </p>
  );
}
