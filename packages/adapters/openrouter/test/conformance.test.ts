import { testAdapter } from "@countersign/conformance";

/** The store that the published matrix is measured on. */
const store = new URL("../../../stores/sqlite/test/sqlite.harness.ts", import.meta.url);

for (const shape of ["callmodel", "streamed"]) testAdapter(new URL(`./${shape}.harness.ts`, import.meta.url), { store });
