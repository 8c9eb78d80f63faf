import { testAdapter } from "@countersign/conformance";

for (const shape of ["middleware", "tools-v1", "tools-v2"]) testAdapter(new URL(`./${shape}.harness.ts`, import.meta.url));
