import * as nodeModule from "node:module";
import { afterAll } from "vitest";
import { askTheRun, type Versions } from "./broker.ts";

/**
 * Until the end of this test file its child processes load these modules, given as URLs, from one bundle, which the run
 * makes once. Whatever starts the children knows nothing of it. A bundle has chosen its packages: other versions than those
 * that their names lead to have to be said.
 */
export async function bundleChildren(entries: readonly URL[], versions: Versions = {}): Promise<void> {
  // Before version 22.15, Node has no hook for it.
  if (!("registerHooks" in nodeModule)) return;
  const file = await askTheRun({ of: "bundle", versions, entries: entries.map(({ href }) => href).toSorted() });
  const hook = new URL("./replacing.ts", import.meta.url);
  hook.searchParams.set("replacements", file);
  const before = process.env["NODE_OPTIONS"];
  process.env["NODE_OPTIONS"] = `${before ?? ""} --import ${hook.href}`;
  afterAll(() => {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  });
}
