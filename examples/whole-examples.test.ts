// Whoever has the packages alone reads the examples of the write-… pages whole: these pages are the files. `vitest -u` writes
// them anew.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const PAGES = [
  {
    folder: "write-an-adapter",
    title: "Write an adapter: the whole example",
    intro: "All files of the example on [Write an adapter](write-an-adapter.md). Put them into one folder.",
    files: ["framework.ts", "adapter.ts", "adapter.harness.ts", "adapter.test.ts"],
    run: "npx countersign-conformance ./adapter.harness.ts",
  },
  {
    folder: "write-a-store",
    title: "Write a store: the whole example",
    intro: "All files of the example on [Write a store](write-a-store.md). Put them into one folder.",
    files: ["kv.ts", "keys.ts", "records.ts", "commit.ts", "thread.ts", "due.ts", "kv-store.ts", "kv-store.harness.ts", "kv-store.test.ts"],
    run: "npx countersign-conformance ./kv-store.harness.ts",
  },
];

describe("the whole example of", () => {
  it.each(PAGES)("$folder is on its page", async ({ folder, title, intro, files, run }) => {
    const parts = files.map((file) => `## ${file}\n\n\`\`\`ts\n${readFileSync(join(import.meta.dirname, folder, file), "utf8")}\`\`\`\n`);
    const page = [`# ${title}\n`, `${intro} Then run \`${run}\`.\n`, ...parts].join("\n");
    await expect(page).toMatchFileSnapshot(`../docs/${folder}-example.md`);
  });
});
