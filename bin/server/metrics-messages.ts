import type { Registry } from "prom-client";

/** The metrics of one process. */
export type Figures = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

export type ToPrimary = { report?: { id: number; figures: Figures } };
export type ToWorker = { wantsReport?: number };
