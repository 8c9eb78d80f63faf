// What a host's own `authenticate` answers is held against what a principal is.
import type { Principal } from "@countersign/core";
import { expect, test } from "vitest";
import { callerOf } from "../../src/access/authenticate.ts";
import type { Caller } from "../../src/access/caller.ts";

const request = new Request("https://approvals.example/v1/me");
const answered = (known: unknown): Promise<Caller> => callerOf([() => known as Principal], request, { peer: undefined });

test.each<[what: string, known: unknown]>([
  ["an empty id, which all who have none would share", { id: "" }],
  ["no id", { roles: ["finance"] }],
  ["a number for an id", { id: 117 }],
  ["roles that are text, of which every part would be one", { id: "fiona", roles: "finance" }],
  ["an empty alias", { id: "fiona", aliases: [""] }],
  ["a text", "fiona"],
  ["yes", true],
  ["a service that calls as a person", { by: { id: "sync", kind: "service", roles: ["ops"] }, kind: "person" }],
  ["a person that calls as an operator's key", { by: { id: "fiona" }, kind: "operator" }],
  ["a kind that there isn't", { by: { id: "fiona" }, kind: "admin" }],
])("nobody is let in as %s", async (_what, known) => {
  await expect(answered(known)).rejects.toMatchObject({ code: "SETUP" });
});

test("a principal is a person, or what it says", async () => {
  expect(await answered({ id: "fiona", roles: ["finance"] })).toEqual({ by: { id: "fiona", roles: ["finance"] }, kind: "person" });
  expect(await answered({ id: "sync", kind: "service" })).toMatchObject({ kind: "reviewer-bot" });
});
