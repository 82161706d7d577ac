import { loadCommand } from "#bin/primary/load-command.ts";

// The image's command.

loadCommand(() => import("#bin/primary/serve-workers.ts"));
