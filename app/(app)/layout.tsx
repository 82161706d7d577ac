import { LogOut } from "#app/_components/log-out.tsx";
import { Wordmark } from "#app/_components/wordmark.tsx";
import { getViewer } from "#lib/pages/viewer.ts";
import { Menu } from "./menu.tsx";

/** The shell of the pages that a team adds: the way home, the menu, the username and the logout. */
export default async function AppLayout({ children }: { children: React.ReactNode }) {
  const viewer = await getViewer();
  return (
    <div className="flex min-h-dvh flex-col bg-paper">
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <header className="house">
        <div className="edged mx-auto flex max-w-5xl flex-wrap items-center justify-end gap-x-4 gap-y-1 py-3">
          <div className="me-auto flex flex-wrap items-center gap-x-6">
            <a href="/" className="no-underline">
              <Wordmark />
            </a>
            <Menu />
          </div>
          {viewer ? (
            <>
              <bdi className="font-semibold">{viewer.username}</bdi>
              <LogOut />
            </>
          ) : (
            <a href="/login">Log in</a>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1} className="content edged mx-auto w-full max-w-5xl grow py-8 sm:py-12">
        {children}
      </main>
    </div>
  );
}
