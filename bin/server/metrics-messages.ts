import type { Registry } from "prom-client";

/** What one process has counted. */
export type Figures = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

export type ToPrimary = { report?: { id: number; figures: Figures } };
export type ToWorker = { wantsReport?: number };
