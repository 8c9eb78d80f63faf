import { registerHooks } from "node:module";
import manifest from "ai-v6/package.json" with { type: "json" };

/**
 * From here on the name `ai` leads to version 6, for the adapter as well as for the tests, as in an application that has
 * this version. Whatever uses it is imported after this module.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "ai" ? "ai-v6" : specifier, specifier === "ai" ? { ...context, parentURL: import.meta.url } : context),
});

export const v6 = { version: manifest.version, model: "v3" } as const;
