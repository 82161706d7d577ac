import "./globals.css";
import type { Metadata, Viewport } from "next";
import { unstable_rethrow } from "next/navigation";
import { getViewer } from "@/lib/auth/viewer";
import { ViewerProvider } from "./_components/viewer";
import { bricolage } from "./font";

export const metadata: Metadata = {
  title: { default: "MovieConnect", template: "%s · MovieConnect" },
  description: "A place where people meet over films.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  colorScheme: "light dark",
  // `--house` of _styles/tokens.css
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffc02e" },
    { media: "(prefers-color-scheme: dark)", color: "#120b17" },
  ],
};

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const username = await knownUsername();
  return (
    <html lang="en" className={bricolage.variable}>
      <body>
        <ViewerProvider viewer={username === null ? null : { username }}>{children}</ViewerProvider>
      </body>
    </html>
  );
}

// A page that needs the viewer meets the same failure by itself: app/error.tsx then shows inside of this layout.
async function knownUsername(): Promise<string | null> {
  try {
    return (await getViewer())?.username ?? null;
  } catch (error) {
    unstable_rethrow(error);
    return null;
  }
}
