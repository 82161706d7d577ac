import { expect, test } from "vitest";
import { deviceName } from "./device-name.ts";

const MOZILLA = "Mozilla/5.0";

test.each([
  [`${MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox on Windows"],
  [
    `${MOZILLA} (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`,
    "Edge on Windows",
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1`,
    "Safari on iOS",
  ],
  [`${MOZILLA} (Windows NT 10.0) Gecko`, "A browser on Windows"],
  [
    `${MOZILLA} (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0`,
    "Samsung Internet on Android",
  ],
  ["curl/8.1.2", "curl"],
  ["python-requests/2.31 (X11; Linux x86_64)", "python-requests on Linux"],
  ["node", "node"],
  [MOZILLA, "Unknown device"],
  ["", "Unknown device"],
])("the header %j is told as %j", (header, words) => expect(deviceName(header)).toBe(words));

test.each([
  "www.evil.example/1.0",
  "evil.example",
  "Your account is locked, open https://evil.example/x (Windows NT 10.0) ",
  "evil.example/1.0 <b>x</b> (Macintosh; Intel Mac OS X) x/1",
  `${MOZILLA} (Windows NT 10.0) open evil.example/1 x`,
  `Mozilla evil.example/1 x (Linux; Android 14)`,
])("a stranger's words do not get into the account's events and mails: %j", (header) => {
  expect([
    "Unknown device",
    "A browser on Windows",
    "A browser on macOS",
    "A browser on Android",
    "Android Browser on Android",
  ]).toContain(deviceName(header));
});
