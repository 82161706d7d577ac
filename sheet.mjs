import { chromium } from "playwright";
import { readFileSync } from "node:fs";
const [out, ...files] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const p = await b.newPage({ viewport: { width: 1900, height: 800 } });
const imgs = files.map((f) => `<img height="740" src="data:image/png;base64,${readFileSync(f).toString("base64")}">`).join(" ");
await p.setContent(`<body style="margin:4px;background:#888;white-space:nowrap;zoom:.75">${imgs}</body>`);
await p.screenshot({ path: out, fullPage: true });
await b.close();
