import { testAdapter } from "@countersign/conformance";

for (const shape of ["function-tools", "handoff", "session", "streamed"]) testAdapter(new URL(`./${shape}.harness.ts`, import.meta.url));
