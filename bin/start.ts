import { enter } from "#bin/primary/enter.ts";

// `npm start` and `npm run dev`.

enter(() => import("#bin/primary/start-everything.ts"));
