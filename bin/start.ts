import { enter } from "./enter.ts";

// `npm start` and `npm run dev`.

enter(() => import("./start-everything.ts"));
