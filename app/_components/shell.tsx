import { Menu } from "#app/(app)/menu.tsx";
import { providers } from "#lib/auth/providers.ts";
import { HeaderRow } from "./header-row.tsx";
import { ProofDialog } from "./proof-dialog.tsx";

/** A page with a header, and its content on paper. Its calls of the API can ask for a proof of who is at the screen. */
export function Shell({ children }: { children: React.ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col bg-paper">
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <header className="house">
        <div className="edged mx-auto flex max-w-5xl flex-wrap items-center justify-end gap-x-4 gap-y-1 py-3">
          <HeaderRow menu={<Menu />} />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="content edged mx-auto w-full max-w-5xl grow py-8 sm:py-12">
        {children}
      </main>
      <ProofDialog providers={providers()} />
    </div>
  );
}
