import { Auditorium } from "./auditorium.tsx";
import { HeaderRow } from "./header-row.tsx";
import { Wordmark } from "./wordmark.tsx";

type Props = {
  /** The page stands in for another that failed: it does not know who is signed in. */
  standsIn?: true;
  empty?: boolean;
  menu?: React.ReactNode;
  children: React.ReactNode;
};

/** A page that is the whole auditorium: its content hangs where the screen is, above the seats. */
export function Stage({ standsIn, empty, menu, children }: Props) {
  return (
    <div className="house flex min-h-dvh flex-col overflow-hidden">
      <header className="edged flex flex-wrap items-center justify-end gap-x-4 gap-y-1 py-4 sm:py-6">
        {standsIn ? (
          <div className="me-auto">
            <Wordmark />
          </div>
        ) : (
          <HeaderRow menu={menu} />
        )}
      </header>
      <main className="mx-auto flex w-full max-w-5xl grow flex-col edged justify-center pt-4 pb-10">{children}</main>
      <Auditorium people={!empty} className="h-52 shrink-0 sm:h-[clamp(13rem,36dvh,24rem)]" />
    </div>
  );
}
