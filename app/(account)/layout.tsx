import { Shell } from "#app/_components/shell.tsx";

export default function AccountLayout({ children }: { children: React.ReactNode }) {
  return <Shell>{children}</Shell>;
}
