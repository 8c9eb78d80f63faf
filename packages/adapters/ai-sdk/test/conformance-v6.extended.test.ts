import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["generate-v6", "stream-v6", "chat-v6"], { versions: { ai: "ai-v6" } });
