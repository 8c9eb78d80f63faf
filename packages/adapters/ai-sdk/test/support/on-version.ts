import { registerHooks } from "node:module";

/** Of modules that are loaded for another version than the name `ai` leads to. */
const SDK = "sdk";
const PACKAGE = new URL("../../", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const version = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(SDK);
    if (version === null) return next(specifier, context);
    const found = next(specifier.replace(/^ai(?=$|\/)/, version), context);
    const isOurs = found.url.startsWith(PACKAGE) && !found.url.includes("/node_modules/");
    return isOurs ? { ...found, url: `${found.url}?${SDK}=${version}` } : found;
  },
});

/** The module as an application has it whose SDK is of that version: beside others, in the same process. */
export async function onVersion<T>(version: "ai-v6" | "ai-v6-oldest" | "ai-v7-oldest", module: URL): Promise<T> {
  return (await import(`${module.href}?${SDK}=${version}`)) as T;
}
