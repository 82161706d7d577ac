// What was typed here, for those who have to go to the provider once more. It is this tab's alone.

const KEY = "typed-at-signup";

/** Keeps the values of the form's fields, by name. */
export function keepTyped(values: object): void {
  sessionStorage.setItem(KEY, JSON.stringify(values));
}

/** Types them again, and forgets them. */
export function typeAgain(): void {
  const values: Record<string, string> = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  sessionStorage.removeItem(KEY);
  for (const [name, value] of Object.entries(values)) {
    const field = document.getElementById(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
}
