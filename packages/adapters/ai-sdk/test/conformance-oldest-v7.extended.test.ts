import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["oldest-v7"], { versions: { ai: "ai-v7-oldest" } });
