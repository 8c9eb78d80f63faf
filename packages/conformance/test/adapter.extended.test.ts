import { testAdapter } from "@countersign/conformance";

testAdapter(new URL("./mini.harness.ts", import.meta.url));
