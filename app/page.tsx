import { LogOut } from "#app/_components/log-out.tsx";
import { Stage } from "#app/_components/stage.tsx";
import { requireViewer } from "#lib/pages/viewer.ts";

// In characters. A name may have 150, and must not push everything else off the ticket.
const LONG_NAME = 40;

export default async function HomePage() {
  const viewer = await requireViewer();
  return (
    <Stage actions={<LogOut />}>
      <div className="ticket">
        <div>
          <h1 className={[...viewer.username].length > LONG_NAME ? "text-2xl sm:text-3xl" : "headline"}>
            Welcome, <bdi>{viewer.username}</bdi>
          </h1>
          <p className="mt-5 max-w-[45ch] text-lg">
            This is your ticket to MovieConnect. Nobody else needs to see it: log out when you leave a shared screen.
          </p>
        </div>
        <p className="flex items-center justify-center text-2xl font-bold md:text-3xl md:[writing-mode:vertical-rl]">Admit two</p>
      </div>
    </Stage>
  );
}
