import { useId } from "react";

export type Parameter = { name: string; place: "path" | "query" };

/** A field for a parameter of a path or a query. */
export function ParameterField({ name, place }: Parameter) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="mt-1 block font-bold">
        <code>{name}</code>
      </label>
      <input
        id={id}
        name={`parameter ${name}`}
        required={place === "path"}
        className="input mt-1 font-mono text-sm"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
      />
    </>
  );
}

/** The path with the parameters that were typed. One of the query that was left empty is left out. */
export function fillIn(path: string, parameters: Parameter[], typed: FormData): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, place } of parameters) {
    const value = String(typed.get(`parameter ${name}`) ?? "");
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "") query.set(name, value);
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}
