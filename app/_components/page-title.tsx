/**
 * The document's title, which each page has. Next's `metadata.title` arrives a moment after its page: at a navigation in the browser,
 * and at some refreshes, the document then has no title, and a screen reader has none to read out. This one comes with the page.
 */
export function PageTitle({ children }: { children: string }) {
  return <title>{`${children} · MovieConnect`}</title>;
}
