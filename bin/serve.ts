import { enter } from "./enter.ts";

// What the image runs.

enter(() => import("./serve-workers.ts"));
