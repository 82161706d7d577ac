import localFont from "next/font/local";

/**
 * One family for all sizes: its optical axis makes text plain and headlines peculiar.
 * e2e/tools/subset-font.ts says what is in it.
 * `optional`: the font is there for the first paint or not used at all, so that no text ever moves.
 */
export const bricolage = localFont({
  src: "./_font/bricolage-grotesque.woff2",
  variable: "--font-bricolage",
  weight: "400 800",
  display: "optional",
});
