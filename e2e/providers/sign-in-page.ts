import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** What was done on a page of a provider. `name` is the login name that was given. */
export type Done = { action: "sign_in" | "allow" | "cancel"; name: string };

/** Shows the page on which people say who they are. */
export function showSignIn(response: ServerResponse): void {
  const name = `<p><label>Login name <input name="name" autocomplete="username" required></label></p>`;
  show(response, "<h1>Sign in</h1>", `${name}${button("sign_in", "Sign in")}`);
}

/** Shows the page on which people allow the application what it asks for. */
export function showConsent(response: ServerResponse, scopes: string[]): void {
  show(response, `<h1>Allow access</h1><p>${scopes.join(", ")}</p>`, button("allow", "Allow"));
}

/** Reads what a form of either page sent. */
export async function readDone(request: IncomingMessage): Promise<Done> {
  const fields = new URLSearchParams(await text(request));
  return { action: fields.get("action") as Done["action"], name: fields.get("name") ?? "" };
}

function show(response: ServerResponse, heading: string, fields: string): void {
  const form = `<form method="post">${fields} ${button("cancel", "Cancel", "formnovalidate")}</form>`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><html lang="en"><title>A provider</title><main>${heading}${form}</main></html>`);
}

function button(action: Done["action"], words: string, attribute = ""): string {
  return `<button name="action" value="${action}" ${attribute}>${words}</button>`;
}
