import { testAdapter } from "@countersign/conformance";
import { bundleChildren, filesInMemory } from "@countersign/test-run";

/** The store that the published matrix is measured on. */
const STORE = new URL("../../../packages/stores/sqlite/test/sqlite.harness.ts", import.meta.url);
/** What the suite's processes run. */
const CHILD = new URL("./adapter-suite/process/child.js", import.meta.resolve("@countersign/conformance"));

interface Options {
  /** The harness of another store, for a shape that is made for it. */
  readonly store?: URL;
  /** A harness that chooses its modules when it is loaded can't be bundled: a bundle has chosen already. */
  readonly bundled?: boolean;
  /** Packages of another version than their names lead to, by name: `{ ai: "ai-v6" }`. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** The whole conformance suite on these shapes of one adapter: the harnesses beside the test file at `here`. */
export async function testShapes(
  here: string,
  shapes: readonly string[],
  { store = STORE, bundled = true, versions }: Options = {},
): Promise<void> {
  const harnesses = shapes.map((shape) => new URL(`./${shape}.harness.ts`, here));
  filesInMemory();
  if (bundled) await bundleChildren([CHILD, store, ...harnesses], versions);
  for (const harness of harnesses) testAdapter(harness, { store });
}
