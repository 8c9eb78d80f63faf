import { testAdapter } from "@countersign/conformance";

for (const shape of ["function-tools", "session"]) testAdapter(new URL(`./${shape}.harness.ts`, import.meta.url));
