/** Rows of text in columns that are as wide as their longest cell. */
export function columns(head: string[], rows: string[][]): string[] {
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((cells) => [...(cells[column] ?? title)].length)));
  const padded = (cell: string, column: number) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
  return [head, ...rows].map((cells) => cells.map(padded).join("  ").trimEnd());
}
