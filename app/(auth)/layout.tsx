import { Auditorium } from "../_components/auditorium";
import { Wordmark } from "../_components/wordmark";

/** The room on one side, with the lights up or down; the box office on the other. */
export default function AuthLayout({ children }: { children: React.ReactNode }) {
  return (
    <div className="min-h-dvh bg-paper lg:grid lg:grid-cols-[minmax(0,46fr)_minmax(0,54fr)]">
      <header className="house flex flex-col overflow-hidden lg:sticky lg:top-0 lg:h-dvh">
        <div className="edged pt-4 lg:pt-8">
          <Wordmark />
        </div>
        <div className="hidden grow items-center justify-center px-10 lg:flex">
          <div className="screen flex aspect-[2.39] w-full max-w-xl flex-col justify-center px-8 py-6 text-center">
            <p className="text-6xl font-extrabold tracking-tight">Admit two.</p>
            <p className="mt-3 text-lg">A place where people meet over films.</p>
          </div>
        </div>
        <Auditorium people className="h-36 shrink-0 sm:h-44 lg:h-[38dvh]" />
      </header>
      <main className="edged flex flex-col pt-8 pb-12 lg:justify-center lg:py-12">
        <div className="mx-auto w-full max-w-md">{children}</div>
      </main>
    </div>
  );
}
