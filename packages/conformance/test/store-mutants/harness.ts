import type { StoreHarness } from "../../src/contract/harness.ts";
import { mutants } from "./all.ts";
import { damageAt, referenceStore } from "./reference.ts";

/**
 * The harness of a mutant; without a name, of the honest store. Imported by the modules that `harnessUrl` makes.
 * @public
 */
export function harnessOf(name: string): StoreHarness {
  const mutant = mutants.find((one) => one.name === name);
  if (name !== "" && !mutant) throw new Error(`no mutant ${name}`);
  return {
    durable: true,
    shared: true,
    listsGrants: true,
    open: async (location) => (mutant ? mutant.open(location) : referenceStore(location)),
    damage: async (location, id) => damageAt(location, id),
  };
}

/** A harness module for each, without a file for each: whatever process imports it. */
export function harnessUrl(name: string): string {
  const code = `import { harnessOf } from ${JSON.stringify(import.meta.url)}; export default harnessOf(${JSON.stringify(name)});`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
