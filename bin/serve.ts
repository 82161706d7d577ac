import { enter } from "#bin/primary/enter.ts";

// What the image runs.

enter(() => import("#bin/primary/serve-workers.ts"));
