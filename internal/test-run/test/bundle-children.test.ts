import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { bundleChildren } from "../src/index.ts";

const program = new URL("./children/says-where.ts", import.meta.url);
const run = (): { readonly url: string; readonly bundled: boolean } =>
  JSON.parse(execFileSync(process.execPath, [fileURLToPath(program)], { encoding: "utf8" })) as never;

it("loads a child's program from a bundle, and the program finds what lies beside it", async () => {
  const before = run();
  await bundleChildren([program]);
  const bundled = run();
  expect(before).toEqual({ url: program.href, bundled: false });
  expect(bundled).toEqual({ url: program.href, bundled: true });
});
