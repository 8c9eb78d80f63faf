import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { lint, loadPolicy, policySchema, testPolicy } from "../src/index.ts";

const file = join(import.meta.dirname, "../policy.schema.json");

it("is the file that the package ships", () => {
  // After a change: write JSON.stringify(policySchema) there and format it.
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(policySchema);
});

describe("the schema", () => {
  const schema = z.fromJSONSchema(policySchema);
  it.each<[boolean, object]>([
    [true, { version: 1 }],
    [true, { version: 1, default: "deny", remember: "never", constants: { a: [1, { b: null }] } }],
    [
      true,
      {
        version: 1,
        tools: { a: "allow", "b/*": { deny: true }, c: { ask: "args.x > 1", review: { expiresIn: "48h", remind: ["4h", 1_000] } } },
      },
    ],
    [
      true,
      { version: 1, tools: { a: { ask: { when: "args.x > 1", reason: "x" }, review: { escalate: { after: "1h", roles: ["cfo"] } } } } },
    ],
    [false, {}],
    [false, { version: 2 }],
    [false, { version: 1, tool: {} }],
    [false, { version: 1, tools: { a: "maybe" } }],
    [false, { version: 1, tools: { a: { ask: false } } }],
    [false, { version: 1, tools: { a: { ask: { when: "args.x > 1" } } } }],
    [false, { version: 1, tools: { a: { ask: true, review: { expiresIn: "2 days" } } } }],
    [false, { version: 1, tools: { a: { ask: true, review: { quorum: 0 } } } }],
    [false, { version: 1, tools: { a: { ask: true, redact: ["iban"] } } }],
  ])("says %s to %j, as lint does", (right, policy) => {
    expect(schema.safeParse(policy).success).toBe(right);
    expect(lint(JSON.stringify(policy)).some(({ severity }) => severity === "error")).toBe(!right);
  });
});

const page = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
const blocks = (name: string): string[] => Array.from(page(name).matchAll(/```yaml\n([^]*?)```/g), ([, text]) => text ?? "");

it("takes the policies of the documentation, whose cases pass", () => {
  const [example = "", cases = ""] = blocks("../../../docs/policy.md");
  const [readme = ""] = blocks("../README.md");
  const args = z.object({ recipient: z.string(), amount: z.number() });
  const tools = { send_payment: args, delete_user: undefined, read_report: undefined };
  expect([lint(example, { tools }), lint(readme, { tools })]).toEqual([[], []]);
  expect(testPolicy(loadPolicy(example, { tools }), cases)).toMatchObject({
    passed: true,
    cases: [{ name: "large payments need finance" }],
  });
});

it("takes every setting", () => {
  const example = `version: 1
default: ask
constants: { limit: 1000 }
remember: allowed            # "never" can't be overridden below
tools:
  send_payment:
    deny: args.amount > 100000
    ask: args.amount > constants.limit
    review: { roles: [finance], quorum: 2, expiresIn: 48h, executeWithin: 1h, remind: [4h, 24h], escalate: { after: 24h, roles: [cfo] }, decisions: [approve, edit, reject], remember: [exact-args] }
    redact: [args.iban]      # masked for reviewers and exports, not for the tool
  "delete_*": ask
  read_report: allow
`;
  expect(lint(example)).toEqual([]);
});
