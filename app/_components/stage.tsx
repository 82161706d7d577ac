import { Auditorium } from "./auditorium";
import { Wordmark } from "./wordmark";

/** A page that is the whole room: what is shown hangs where the screen is, above the seats. */
export function Stage({ actions, empty, children }: { actions?: React.ReactNode; empty?: boolean; children: React.ReactNode }) {
  return (
    <div className="house flex min-h-dvh flex-col overflow-hidden">
      <header className="relative flex items-center justify-between gap-4 px-5 py-4 sm:px-10 sm:py-6">
        <Wordmark />
        {actions}
      </header>
      <main className="mx-auto flex w-full max-w-5xl grow flex-col justify-center px-5 pt-4 pb-10 sm:px-10">{children}</main>
      <Auditorium people={!empty} className="h-52 shrink-0 sm:h-80" />
    </div>
  );
}
