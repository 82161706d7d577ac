import "./globals.css";
import type { Metadata, Viewport } from "next";
import { ViewerProvider } from "#app/_components/viewer.tsx";
import { getViewer, isViewerKnown } from "#lib/pages/viewer.ts";
import { bricolage } from "./font.ts";

export const metadata: Metadata = { description: "A place where people meet over films." };

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
  const viewer = await getViewer();
  const nobody = (await isViewerKnown()) ? null : undefined;
  return (
    <html lang="en" className={bricolage.variable}>
      <head>
        {/* Painted once it is all there: content that is centred would move with each part that arrives (HTML, link type "expect"). */}
        <link rel="expect" href="#whole" blocking="render" />
      </head>
      <body>
        <ViewerProvider viewer={viewer ? { username: viewer.username } : nobody}>{children}</ViewerProvider>
        <span id="whole" hidden />
      </body>
    </html>
  );
}
