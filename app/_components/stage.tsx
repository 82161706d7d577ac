import { Auditorium } from "./auditorium.tsx";
import { Wordmark } from "./wordmark.tsx";

type Props = {
  /** In place of the name alone */
  header?: React.ReactNode;
  empty?: boolean;
  children: React.ReactNode;
};

/** A page that is the whole auditorium: its content hangs where the screen is, above the seats. */
export function Stage({ header, empty, children }: Props) {
  return (
    <div className="house flex min-h-dvh flex-col overflow-hidden">
      <header className="edged flex flex-wrap items-center justify-end gap-x-4 gap-y-1 py-4 sm:py-6">
        {header ?? (
          <div className="me-auto">
            <Wordmark />
          </div>
        )}
      </header>
      <main className="mx-auto flex w-full max-w-5xl grow flex-col edged justify-center pt-4 pb-10">{children}</main>
      <Auditorium people={!empty} className="h-52 shrink-0 sm:h-[clamp(13rem,36dvh,24rem)]" />
    </div>
  );
}
