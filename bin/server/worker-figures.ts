import { readdirSync, readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, type Registry } from "prom-client";

// Figures of this process, under the names that Prometheus's own clients use. prom-client's collectDefaultMetrics() adds up
// values of which only the worst worker's is useful, and has a hundred more lines.

const RESOLUTION_MS = 20;

type Aggregator = "sum" | "max" | "min";

/** Registers figures that are read at each scrape. Each names how the workers' values are combined. */
export function collectWorkerFigures(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();

  gauge("process_resident_memory_bytes", "Resident memory of all workers.", "sum", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "V8's heap, in all workers.", "sum", () => process.memoryUsage().heapUsed);
  gauge("process_open_fds", "Open file descriptors of the worker that has the most.", "max", openDescriptors);
  gauge("process_max_fds", "Descriptors that one worker may have.", "min", mostDescriptors);
  gauge("process_start_time_seconds", "When the youngest worker began.", "max", () => performance.timeOrigin / 1_000);
  gauge("nodejs_eventloop_lag_p99_seconds", "Of the worker that lags most, since the last scrape.", "max", () => {
    // The recorded time between two samples includes the resolution, which is no lag.
    const lag = Math.max(0, delay.percentile(99) / 1e9 - RESOLUTION_MS / 1_000);
    const seconds = delay.count === 0 ? Number.NaN : lag;
    delay.reset();
    return seconds;
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time of all workers, their hashing threads included.",
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });

  function gauge(name: string, help: string, aggregator: Aggregator, look: () => number): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      collect() {
        const value = look();
        if (Number.isFinite(value)) this.set(value);
      },
    });
  }
}

// Linux only (proc(5)). Elsewhere these figures stay 0.
function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return Number.NaN;
  }
}

function mostDescriptors(): number {
  try {
    return Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
  } catch {
    return Number.NaN;
  }
}
