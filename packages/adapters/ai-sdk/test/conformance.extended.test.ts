import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["stream-v7", "chat-v7"]);
