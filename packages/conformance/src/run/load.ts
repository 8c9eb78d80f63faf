/**
 * The default export of a harness module.
 * @throws Error in plain words, for somebody who is writing their first harness
 */
export async function loadDefault<T>(url: string): Promise<T> {
  const module = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown };
  if (typeof module.default === "object" && module.default !== null) return module.default as T;
  throw new Error(`${url} has no default export: a harness module exports its harness as the default.`);
}
