import localFont from "next/font/local";

/**
 * One family for all sizes: its optical axis makes text plain and headlines peculiar.
 * `optional`: the font is there for the first paint or not used at all, so that no text ever moves.
 */
export const bricolage = localFont({
  src: "../node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-opsz-normal.woff2",
  variable: "--font-bricolage",
  weight: "200 800",
  display: "optional",
});
