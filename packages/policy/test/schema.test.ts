import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
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
    [
      true,
      {
        version: 1,
        always: [
          { tools: ["b"], deny: true },
          { tools: ["a"], when: "args.x > 1", ask: true, reason: "x", review: { roles: ["b"] } },
        ],
      },
    ],
    [
      true,
      {
        version: 1,
        tools: {
          a: {
            ask: [
              { when: "args.x > 1", reason: "over ${ 1 }", review: { quorum: [{ roles: ["a"], count: 2 }, { reviewers: ["b"] }] } },
              {},
            ],
            describe: {
              title: "x",
              facts: [{ label: "a", value: "${ args.x }" }],
              links: [{ label: "b", url: "https://x" }],
              risk: "high",
            },
            review: { confirm: ["args.x"], batch: false },
          },
          b: { ask: true, describe: { risk: '${ args.x > 1 ? "low" : "high" }' }, review: { confirm: "args.x" } },
        },
      },
    ],
    [false, { version: 1, always: [] }],
    [false, { version: 1, always: [{ deny: "args.x > 1" }] }],
    [false, { version: 1, include: "a.yaml" }],
    [false, { version: 1, tools: { a: { ask: [] } } }],
    [false, { version: 1, tools: { a: { ask: [{ deny: true }] } } }],
    [false, { version: 1, tools: { a: { ask: true, describe: { risk: "huge" } } } }],
    [false, { version: 1, tools: { a: { ask: true, describe: { facts: { a: "b" } } } } }],
    [false, { version: 1, tools: { a: { ask: true, review: { confirm: "amount" } } } }],
    [false, { version: 1, tools: { a: { ask: true, review: { quorum: [{ role: "a" }] } } } }],
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
  const [example = "", ...others] = blocks("../../../docs/policy.md");
  const cases = others.find((text) => text.startsWith("- name")) ?? "";
  const [readme = ""] = blocks("../README.md");
  const args = z.object({ recipient: z.string(), amount: z.number() });
  const tools = { send_payment: args, delete_user: undefined, read_report: undefined };
  expect([lint(example, { tools }), lint(readme, { tools })]).toEqual([[], []]);
  const parts = others.filter((text) => text.startsWith("version"));
  expect(parts).toHaveLength(4);
  // The one that includes another has none beside it.
  for (const part of parts) expect(lint(part.replace(/^include.*\n/m, ""))).toEqual([]);
  const schema = z.fromJSONSchema(policySchema);
  for (const part of [example, readme, ...parts]) expect(schema.safeParse(parse(part)).error).toBeUndefined();
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
  "delete_*": { ask: true, review: { roles: [support], batch: true } }
  read_report: allow
`;
  expect(lint(example)).toEqual([]);
});

it("says which settings go together, which zod doesn't read", () => {
  expect(policySchema).toMatchObject({
    properties: {
      always: {
        items: {
          anyOf: [
            { required: ["ask"], properties: { deny: false } },
            { required: ["deny"], properties: { ask: false, review: false } },
          ],
        },
      },
      tools: {
        additionalProperties: { anyOf: [{}, { anyOf: [{ required: ["ask"] }, { required: ["deny"], properties: { review: false } }] }] },
      },
    },
  });
});

describe("every setting of the schema", () => {
  type Schema = Readonly<Record<string, unknown>>;
  const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

  /** Every named setting, with the way to it. */
  function* settings(schema: unknown, path = ""): Generator<readonly [string, Schema]> {
    if (Array.isArray(schema)) for (const one of schema) yield* settings(one, path);
    if (!isSchema(schema)) return;
    for (const [name, value] of Object.entries(schema)) {
      if (name !== "properties" || !isSchema(value)) yield* settings(value, path);
      else
        for (const [setting, inner] of Object.entries(value)) {
          // What must not be there needs no words.
          if (!isSchema(inner)) continue;
          yield [`${path}.${setting}`, inner];
          yield* settings(inner, `${path}.${setting}`);
        }
    }
  }
  const all = [...settings(policySchema)];

  it("says what it is for", () => {
    expect(all.length).toBeGreaterThan(80);
    const silent = all.filter(([name, { description }]) => typeof description !== "string" || description === name.split(".").at(-1));
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it("may be written", () => {
    expect(JSON.stringify(policySchema)).not.toContain("readOnly");
  });

  it("is one that lint knows", () => {
    const paths = all.map(([name]) => name);
    for (const setting of [
      ".include",
      ".always.tools",
      ".tools.ask.when",
      ".tools.ask.review.quorum.count",
      ".tools.describe.facts.label",
      ".review.confirm",
      ".review.batch",
      ".always.review.escalate.after",
    ])
      // prettier-ignore
      expect(paths).toContain(setting);
  });
});
