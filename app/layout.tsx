import "./globals.css";
import { getViewer } from "@/lib/auth/viewer";
import { ViewerProvider } from "./_components/viewer";

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const viewer = await getViewer();
  return (
    <html lang="en">
      <body>
        <ViewerProvider viewer={viewer && { username: viewer.username }}>{children}</ViewerProvider>
      </body>
    </html>
  );
}
