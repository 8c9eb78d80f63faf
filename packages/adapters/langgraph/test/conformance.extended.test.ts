import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["tools-v1", "tools-v2"]);
