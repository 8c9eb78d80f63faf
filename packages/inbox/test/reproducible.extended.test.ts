import { spawnSync } from "node:child_process";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inbox } from "@countersign/inbox";
import { expect, it } from "vitest";

const here = fileURLToPath(new URL("..", import.meta.url));
// As deep as the package is, so that it finds the compiler's settings.
const elsewhere = fileURLToPath(new URL("../../../.vitest/a copy of the inbox/", import.meta.url));

it("is the same page, byte for byte, when it is built elsewhere and by others", async () => {
  rmSync(elsewhere, { recursive: true, force: true });
  for (const name of ["src", "package.json", "tsconfig.json"]) cpSync(`${here}${name}`, `${elsewhere}${name}`, { recursive: true });
  symlinkSync(`${here}node_modules`, `${elsewhere}node_modules`);

  const built = spawnSync(`${here}node_modules/.bin/build-package`, {
    cwd: elsewhere,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "development" },
  });

  expect(built).toMatchObject({ status: 0 });
  const copy = (await import(pathToFileURL(`${elsewhere}dist/index.js`).href)) as { readonly inbox: typeof inbox };
  expect(copy.inbox.files).toEqual(inbox.files);
});
