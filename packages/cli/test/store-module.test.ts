// A store of somebody else's: the one that docs/write-a-store.md writes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createGate, definePolicy } from "@countersign/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kvStore } from "../../../examples/write-a-store/kv-store.ts";
import { command, temporaryFolder } from "./support/command.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const home = folder.path;
const address = join(home, "approvals.kv");
const EXAMPLE = pathToFileURL(join(import.meta.dirname, "../../../examples/write-a-store/kv-store.ts")).href;
const AS_FIONA = { COUNTERSIGN_AS: "fiona", COUNTERSIGN_ROLES: "finance" };
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  command(home, args, { env: { ...AS_FIONA, NODE_NO_WARNINGS: "1", ...env } });

let id: string;
let digest: string;
beforeAll(async () => {
  const files = {
    "store.mjs": `export { kvStore as store } from ${JSON.stringify(EXAMPLE)};`,
    "default.mjs": `import { kvStore } from ${JSON.stringify(EXAMPLE)}; export default async (address) => kvStore(address);`,
    "made.mjs": `import { kvStore } from ${JSON.stringify(EXAMPLE)}; export const store = kvStore(${JSON.stringify(address)});`,
    "text.mjs": "export const store = 'approvals.kv';",
    "nothing.mjs": "export default () => undefined;",
    "half.mjs": "export const store = { commit: async () => ({ ok: true }), close: async () => {} };",
    "fails.mjs": "export default (address) => { throw new Error(`no ${address}`); };",
    "countersign.json": JSON.stringify({ storeModule: "./store.mjs" }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
  mkdirSync(join(home, "node_modules/kv-for-countersign"), { recursive: true });
  writeFileSync(
    join(home, "node_modules/kv-for-countersign/package.json"),
    '{"name":"kv-for-countersign","type":"module","exports":"./index.js"}',
  );
  writeFileSync(join(home, "node_modules/kv-for-countersign/index.js"), `export { kvStore as store } from ${JSON.stringify(EXAMPLE)};`);
  await using store = kvStore(address);
  const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"] } } } });
  const asked = await createGate({ policy, store, warn: () => {} }).ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 1 } });
  if (asked.status !== "pending") throw new Error(asked.status);
  ({ id } = asked);
  ({ digest } = asked.request.proposal);
});

it("no file may name one: what a folder holds is never run", async () => {
  const { code, stderr } = await run(["list", "--store", address]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("There is no setting storeModule.")]);
  writeFileSync(join(home, "countersign.json"), "{}");
});

it("lists, signs, examines and verifies on a store of somebody else's", async () => {
  const given = ["--store-module", "store.mjs", "--store", address];
  expect((await run([...given, "list"])).stdout).toContain(id);
  const doctor = await run(["doctor", ...given]);
  expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringContaining(`${address} answers.`)]);
  const signed = await run(["approve", id, "--digest", digest, ...given]);
  expect([signed.code, signed.stdout]).toEqual([0, expect.stringMatching(/^approved/)]);
  expect((await run(["verify", ...given])).stdout).toMatch(/^verified \d+ events/);
  await using store = kvStore(address);
  expect((await store.getRequest("default", id))?.decisions[0]?.origin).toEqual(
    expect.objectContaining({ host: expect.stringMatching(/./) as string }),
  );
});

it.each([
  ["default.mjs", { COUNTERSIGN_STORE: "approvals.kv" }],
  ["made.mjs", {}],
  ["kv-for-countersign", { COUNTERSIGN_STORE: "approvals.kv" }],
])("takes %s, by the variable too", async (module, env) => {
  const { code, stdout, stderr } = await run(["list", "--status", "all"], { COUNTERSIGN_STORE_MODULE: module, ...env });
  expect([code, stdout, stderr]).toEqual([0, expect.stringContaining(id), ""]);
});

it.each([
  ["text.mjs", "text.mjs exports something else than a store. Export one, or a function that makes one"],
  ["nothing.mjs", "nothing.mjs makes no store."],
  ["half.mjs", "It got something without now()"],
  ["fails.mjs", "fails.mjs can't make its store: no approvals.kv"],
])("says what is wrong with %s", async (module, says) => {
  const { code, stderr } = await run(["list", "--store-module", module, "--store", "approvals.kv"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});
