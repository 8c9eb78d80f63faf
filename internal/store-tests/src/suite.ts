import { testStore } from "@countersign/conformance";
import { bundleChildren, filesInMemory } from "@countersign/test-run";

/** What the suite's processes run. */
const CHILD = new URL("./store-suite/process/child.js", import.meta.resolve("@countersign/conformance"));

/** The whole store suite on each of these harnesses. */
export async function testStoreSuite(...harnesses: readonly URL[]): Promise<void> {
  filesInMemory();
  await bundleChildren([CHILD, ...harnesses]);
  for (const harness of harnesses) testStore(harness);
}
