import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["oldest-v6"], { versions: { ai: "ai-v6-oldest" } });
