import { loadCommand } from "#bin/primary/load-command.ts";

// `npm start` and `npm run dev`.

loadCommand(() => import("#bin/primary/start-everything.ts"));
