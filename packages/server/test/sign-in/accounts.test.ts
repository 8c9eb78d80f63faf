import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { createAccounts } from "../../src/index.ts";

const fiona = { by: { id: "fiona" } };

test("an account belongs to one person, and the trail says who linked it", async () => {
  const gate = createGate({ store: memoryStore() });
  const accounts = createAccounts(gate);
  expect(await accounts.find("slack:T1/U2")).toBeUndefined();
  expect(await accounts.link("slack:T1/U2", "fiona", fiona)).toBe(true);
  expect(await accounts.link("slack:T1/U2", "fiona", fiona), "again").toBe(true);
  expect(await accounts.link("slack:T1/U2", "mallory", { by: { id: "mallory" } }), "somebody else's").toBe(false);
  expect(await accounts.find("slack:T1/U2")).toMatchObject({ account: "slack:T1/U2", person: "fiona" });
  expect(await accounts.unlink("slack:T1/U2", { by: { id: "alice" } })).toBe(true);
  expect(await accounts.unlink("slack:T1/U2", fiona)).toBe(false);
  expect(await accounts.find("slack:T1/U2")).toBeUndefined();
  expect(await Array.fromAsync(gate.history("account/slack:T1/U2"))).toMatchObject([
    { type: "account.linked", actor: { id: "fiona" }, data: { person: "fiona" } },
    { type: "account.unlinked", actor: { id: "alice" }, data: { person: "fiona" } },
  ]);
  await gate.verify();
});

test.each(["", "U2", "slack:", ":U2", "Slack:U2"])("%j is no account elsewhere", async (account) => {
  const accounts = createAccounts(createGate({ store: memoryStore() }));
  await expect(accounts.link(account, "fiona", fiona)).rejects.toMatchObject({ code: "INVALID_ARGS" });
});
