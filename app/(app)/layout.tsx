import { Shell } from "#app/_components/shell.tsx";

/** The pages that a team adds. */
export default function AppLayout({ children }: { children: React.ReactNode }) {
  return <Shell>{children}</Shell>;
}
