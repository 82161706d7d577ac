import localFont from "next/font/local";

/**
 * One family for all sizes: its optical axis makes text plain and headlines distinctive.
 * e2e/tools/subset-font.ts says which characters and axes it has.
 * `optional`: the font is used from the first paint on or not at all, so that no text ever moves.
 */
export const bricolage = localFont({
  src: "./_font/bricolage-grotesque.woff2",
  variable: "--font-bricolage",
  weight: "400 800",
  display: "optional",
});
