import { registerHooks } from "node:module";

/**
 * From here on the name `ai` leads to another version, for the adapter as well as for the tests, as in an application that has
 * it. Whatever uses it is imported after this.
 */
export function redirect(version: string): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === "ai" ? version : specifier, specifier === "ai" ? { ...context, parentURL: import.meta.url } : context),
  });
}
