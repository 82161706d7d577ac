import { Auditorium } from "#app/_components/auditorium.tsx";
import { LightHeader } from "#app/_components/light-header.tsx";

/** The form in the box office, and the auditorium: below it on a narrow screen, beside it on a wide one. */
export default function AuthLayout({ children }: { children: React.ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col bg-paper lg:grid lg:grid-cols-[minmax(0,46fr)_minmax(0,54fr)]">
      <header className="house edged py-4 lg:sticky lg:top-0 lg:z-10 lg:col-start-1 lg:row-start-1 lg:self-start lg:bg-transparent lg:pt-8">
        <div className="flex flex-wrap items-center justify-end gap-x-4">
          <LightHeader />
        </div>
      </header>
      <main className="box-office edged flex grow flex-col lg:col-start-2 lg:row-start-1">
        <div className="mx-auto w-full max-w-md">{children}</div>
      </main>
      <footer className="house flex flex-col overflow-hidden pt-4 lg:sticky lg:top-0 lg:col-start-1 lg:row-start-1 lg:h-dvh lg:pt-20">
        <div className="hidden grow items-center justify-center px-10 lg:flex">
          <div className="screen flex aspect-[2.39] w-full max-w-xl flex-col justify-center px-8 py-6 text-center">
            <p className="text-6xl font-extrabold tracking-tight">Admit two.</p>
            <p className="mt-3 text-lg">A place where people meet over films.</p>
          </div>
        </div>
        <Auditorium people className="h-36 shrink-0 sm:h-44 lg:h-[38dvh]" />
      </footer>
    </div>
  );
}
