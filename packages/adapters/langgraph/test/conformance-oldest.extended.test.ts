import { testShapes } from "@countersign/adapter-tests/shapes";

await testShapes(import.meta.url, ["tools-oldest"], { bundled: false });
