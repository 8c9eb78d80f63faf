import { isCountersignError } from "@countersign/core";
import { expect, test } from "vitest";
import { createServer, type ServerOptions } from "../../src/index.ts";
import { optionsWith } from "../support/serve.ts";

function hintFor(options: unknown): string {
  try {
    createServer(options as ServerOptions);
  } catch (error) {
    if (isCountersignError(error, "SETUP")) return error.message;
    throw error;
  }
  return "taken";
}

test.each<[what: string, options: object, hint: string]>([
  ["an unknown option", { host: ["a.example"] }, "createServer has no option host. Did you mean hosts?"],
  ["no gate", { gate: undefined }, "createServer: gate is undefined. Write what createGate gave"],
  ["a store in place of a gate", { gate: { commit() {} } }, "createServer: gate is an object."],
  ["nobody who tells who calls", { authenticate: undefined }, "createServer: authenticate is undefined. Write a function"],
  ["an empty list of ways", { authenticate: [] }, "createServer: authenticate is a list. Write at least one way"],
  ["no hosts", { hosts: [] }, "createServer: hosts is a list. Write the names under which"],
  ["a host with a scheme", { hosts: ["https://a.example"] }, 'createServer: hosts is "https://a.example". Write a name with its port'],
  ["any host", { hosts: ["*"] }, 'createServer: hosts is "*".'],
  ["a host with a path", { hosts: ["a.example/approvals"] }, 'createServer: hosts is "a.example/approvals".'],
  ["a role that isn't text", { operators: [7] }, 'createServer: operators is a list. Write a list of roles, as in ["operators"].'],
  ["a role instead of roles", { auditors: "audit" }, 'createServer: auditors is "audit". Write a list of roles'],
  [
    "a base path without a slash",
    { basePath: "approvals" },
    'createServer: basePath is "approvals". Write a path that begins with a slash',
  ],
  ["a base path that climbs", { basePath: "/a/../b" }, 'createServer: basePath is "/a/../b".'],
  ["a base path that is a pattern", { basePath: "/:tenant" }, 'createServer: basePath is "/:tenant".'],
  ["any origin", { cors: { origins: ["*"] } }, 'createServer: cors.origins is "*". Write each origin'],
  ["an origin with a path", { cors: { origins: ["https://a.example/"] } }, 'createServer: cors.origins is "https://a.example/".'],
  ["no origins", { cors: {} }, "createServer: cors.origins is undefined."],
  ["a misspelt origin", { cors: { origin: ["https://a.example"] } }, "cors has no option origin. Did you mean origins?"],
  [
    "credentials by word",
    { cors: { origins: ["https://a.example"], credentials: "include" } },
    'createServer: cors.credentials is "include".',
  ],
  ["a misspelt limit", { limits: { bodyWithn: 1 } }, "limits has no option bodyWithn. Did you mean bodyWithin?"],
  ["a body of no bytes", { limits: { body: 0 } }, "createServer: limits.body is 0. Write bytes, from 1."],
  ["a time that is none", { limits: { answerWithin: "soon" } }, 'createServer: limits.answerWithin is "soon". Write milliseconds'],
  ["a rate that is none", { limits: { requests: 0 } }, "createServer: limits.requests is 0. Write how many a minute"],
  ["a page that is a folder", { inbox: "./dist" }, 'createServer: inbox is "./dist". Write inbox of @countersign/inbox, or leave it out.'],
  ["a page without a first file", { inbox: { files: {} } }, "createServer: inbox is an object."],
  ["a page with half a file", { inbox: { files: { "index.html": { body: "" } } } }, "createServer: inbox is an object."],
  ["an onError that can't be called", { onError: "stderr" }, 'createServer: onError is "stderr".'],
])("%s", (_what, options, hint) => {
  expect(hintFor({ ...optionsWith(), ...options })).toContain(hint);
});

test("no options at all", () => {
  expect(hintFor(undefined)).toContain("createServer got undefined");
});

test("everything that there is", () => {
  const options = optionsWith({
    gate: () => optionsWith().gate as never,
    authenticate: [() => undefined, () => undefined],
    hosts: ["a.example", "localhost:4000", "127.0.0.1:4000", "[::1]:4000"],
    operators: ["ops"],
    auditors: [],
    basePath: "/approvals/",
    cors: { origins: ["https://desk.example", "http://localhost:5173"], credentials: true },
    limits: { body: 1, bodyWithin: "1s", answerWithin: 1_000, requests: false, failures: 1 },
  });
  expect(hintFor(options)).toBe("taken");
});
