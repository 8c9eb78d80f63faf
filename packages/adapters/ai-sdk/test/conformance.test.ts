import { testAdapter } from "@countersign/conformance";

/** The store that the published matrix is measured on. */
const store = new URL("../../../stores/sqlite/test/sqlite.harness.ts", import.meta.url);

for (const shape of ["generate-v7", "generate-v6", "stream-v7", "stream-v6", "chat-v7", "chat-v6"])
  testAdapter(new URL(`./${shape}.harness.ts`, import.meta.url), { store });
