import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["generate-v6", "stream-v7", "stream-v6", "chat-v7", "chat-v6", "oldest-v7", "oldest-v6"]);
