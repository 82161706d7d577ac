/** Latencies in milliseconds; CPU time for each request: of all workers of the application, and of all of Nginx. */
export type Figures = { requestsPerSecond: number; p50: number; p99: number; cpuMs: number; nginxCpuMs: number; errors: number };
/** The same load, by turns directly and through Nginx; nothing of the latter where there is no Nginx. */
export type Turns = { direct: Figures[]; nginx: Figures[] };

/** A row for each load, and one for each through Nginx, with its ratio to the direct one. */
export function tabulate(all: Record<string, Turns>): Record<string, Figures & { ofDirect?: number }> {
  const rows = Object.entries(all).flatMap(([name, { direct, nginx }]) => {
    if (nginx.length === 0) return [[name, medians(direct)]];
    const through = { ...medians(nginx), ofDirect: medianRatio(nginx, direct) };
    return [
      [name, medians(direct)],
      [`${name}, through Nginx`, through],
    ];
  });
  return Object.fromEntries(rows);
}

/** A row for each load at each place. */
export function tabulateMedians(all: Record<string, Record<string, Figures[]>>): Record<string, Figures> {
  const rows = Object.entries(all).flatMap(([name, places]) =>
    Object.entries(places).map(([place, turns]) => [`${name}, ${place}`, medians(turns)] as const),
  );
  return Object.fromEntries(rows);
}

/** The median of the ratios, each of two turns that followed one another. */
export function medianRatio(turns: Figures[], others: Figures[]): number {
  return median(turns.map(({ requestsPerSecond }, round) => requestsPerSecond / (others[round]?.requestsPerSecond ?? 1)));
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

export function readable({ requestsPerSecond, p50, p99, cpuMs, nginxCpuMs, ofDirect, errors }: Figures & { ofDirect?: number }) {
  return {
    "requests/s": requestsPerSecond.toFixed(1),
    "p50 ms": p50,
    "p99 ms": p99,
    "CPU ms/request": cpuMs.toFixed(2),
    "of Nginx": ofDirect === undefined ? "" : nginxCpuMs.toFixed(2),
    "of direct": ofDirect?.toFixed(2) ?? "",
    errors,
  };
}

function medians(turns: Figures[]): Figures {
  const of = (name: keyof Figures) => median(turns.map((figures) => figures[name]));
  return {
    requestsPerSecond: of("requestsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    cpuMs: of("cpuMs"),
    nginxCpuMs: of("nginxCpuMs"),
    errors: of("errors"),
  };
}
