// A walk to a provider leaves the account's page, and comes back to it. What is remembered meanwhile is this tab's alone.

const KEY = "left-from";

/** Where a walk was begun: the id of a part of the page, and an address that was typed there. */
type Left = { part: string; email: string };

/** Leaves for a provider, from the part of the page whose button is at work. */
export function leaveFor(url: string): void {
  const button = document.querySelector("main [aria-busy=true]");
  const left: Left = {
    part: button?.closest("section")?.id ?? "",
    email: button?.closest("form")?.querySelector<HTMLInputElement>("[type=email]")?.value ?? "",
  };
  sessionStorage.setItem(KEY, JSON.stringify(left));
  window.location.assign(url);
}

/** Finds the part of the page that the walk was begun at, and types the address there again. @param otherwise a part's id */
export function partLeft(otherwise: string): HTMLElement | null {
  const { part, email }: Partial<Left> = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  // The address is forgotten. The part is kept: in development React runs effects twice.
  sessionStorage.setItem(KEY, JSON.stringify({ part }));
  const found = document.getElementById(part || otherwise);
  const field = found?.querySelector<HTMLInputElement>("form [type=email]");
  if (field && email) field.value = email;
  return found;
}
