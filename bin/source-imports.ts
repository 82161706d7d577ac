import module from "node:module";

// lib/ and db/ are written for Next's compiler, and tsx: names without an extension, `@/…`, and "server-only". In the image
// there is neither. From Node 22.15 on this teaches Node itself, for what is imported after it; before, tsx has to be there.

const ROOT = new URL("..", import.meta.url).href;

module.registerHooks?.({
  resolve(specifier, context, resolve) {
    if (specifier === "server-only") return { url: "data:text/javascript,", format: "module", shortCircuit: true };
    if (specifier.startsWith("@/")) return resolve(`${ROOT}${specifier.slice(2)}.ts`, context);
    const isOurs = context.parentURL?.startsWith(ROOT) && !context.parentURL.includes("/node_modules/");
    const isBare = /^\.{1,2}\//.test(specifier) && !/\.\w+$/.test(specifier);
    return resolve(isOurs && isBare ? `${specifier}.ts` : specifier, context);
  },
});
