// Files that include files: each mistake with its file, each file once, each change noticed.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCountersignError } from "@countersign/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { explain, lint, loadPolicy, policyFile, type Problem } from "../src/index.ts";
import { tools } from "./tools.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-include-"));
  mkdirSync(join(folder, "base"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const lintFile = (text: string, options = {}) => lint(text, { path: at("policy.yaml"), ...options });
const found = (problems: readonly Problem[]) =>
  problems.map(({ severity, file, line, column, message }) =>
    `${severity} ${file ?? "policy.yaml"}:${line}:${column} ${message}`.replaceAll(`${folder}/`, ""),
  );

const base = `version: 1
constants: { max: 5000 }
review: { roles: [finance], fourEyes: true }
always:
  - tools: ["drop_*"]
    deny: true
    reason: nothing is dropped
tools:
  send_payment: { deny: args.amount > constants.max }
`;
const own = `version: 1
include: [base/base.yaml]
constants: { max: 100 }
review: { roles: [finance] }
tools:
  send_payment: { ask: args.amount > constants.max }
  drop_table: allow
`;

describe("an included file", () => {
  it("can only be tightened, and has its own constants", () => {
    write("base/base.yaml", base);
    const policy = loadPolicy(own, { path: at("policy.yaml") });
    const pay = (amount: number) => policy.check({ tool: "send_payment", args: { amount } });
    expect(pay(9_000)).toMatchObject({ type: "deny", rule: "send_payment" });
    expect(pay(900)).toMatchObject({ type: "ask", terms: { roles: ["finance"], fourEyes: true } });
    expect(pay(9)).toEqual({ type: "allow" });
    expect(policy.check({ tool: "drop_table", args: {} })).toEqual({
      ...{ type: "deny", rule: "include[0].always[0]", reason: "nothing is dropped" },
    });
    expect(explain(policy, { tool: "send_payment", args: { amount: 9_000 } }).decidedBy).toMatchObject({
      ...{ file: at("base/base.yaml"), line: 9, column: 25, values: { "args.amount": 9_000, "constants.max": 5_000 } },
    });
    expect(lintFile(own)).toEqual([]);
  });

  it("leaves no effect to terms that it rules out, and that is told", () => {
    write("base/base.yaml", "version: 1\nreview: { fourEyes: true }\n");
    const loose = (review: string) => lintFile(`version: 1\ninclude: [base/base.yaml]\nreview: { roles: [a], ${review} }\n`);
    const eyes = "This has no effect: `fourEyes: true` stands at the top of an included file. Leave it out.";
    const batch = "This has no effect: terms that rule out a batch stand at the top of an included file. Leave it out.";
    expect(found(loose("fourEyes: false, batch: true"))).toEqual([`warning policy.yaml:3:33 ${eyes}`, `warning policy.yaml:3:47 ${batch}`]);
    const text = "version: 1\ninclude: [base/base.yaml]\nreview: { roles: [a] }\n";
    const rail = "always: [{ tools: [b], ask: true, review: { batch: true } }]\n";
    const rule = "tools: { b: { ask: [{ review: { fourEyes: false } }], review: { fourEyes: false } } }\n";
    expect(found(lintFile(`${text}${rail}${rule}`))).toEqual([
      `warning policy.yaml:4:52 ${batch}`,
      `warning policy.yaml:5:43 ${eyes}`,
      `warning policy.yaml:5:75 ${eyes}`,
    ]);
    for (const [terms, messages] of [
      ["batch: false", [batch]],
      ["confirm: args.a", [batch]],
      ["expiresIn: 48h", []],
    ] as const) {
      write("base/base.yaml", `version: 1\nreview: { ${terms} }\n`);
      expect(loose("fourEyes: false, batch: true").map(({ message }) => message)).toEqual(messages);
    }
  });

  it("changes the hash of the policy", () => {
    write("base/base.yaml", base);
    const before = loadPolicy(own, { path: at("policy.yaml") }).hash;
    write("base/base.yaml", base.replace("5000", "6000"));
    expect(loadPolicy(own, { path: at("policy.yaml") }).hash).not.toBe(before);
  });

  it("is found from the file that includes it", () => {
    write("base/base.yaml", "version: 1\ninclude: [more.yaml]\ntools: { a: deny }\n");
    write("base/more.yaml", "version: 1\ntools: { b: deny }\n");
    const policy = loadPolicy("version: 1\ndefault: allow\ninclude: [./base/base.yaml]\n", { path: at("policy.yaml") });
    expect(["a", "b", "c"].map((tool) => policy.check({ tool, args: {} }).type)).toEqual(["deny", "deny", "allow"]);
  });

  it("has its mistakes with its own name, line and column", () => {
    write("base/base.yaml", "version: 1\ntools:\n  send_payment: { deny: args.amuont > 1 }\n  aks: true\n");
    const text = "version: 1\ninclude:\n  - base/base.yaml\ntools: { send_payment: { deny: arg.x } }\n";
    expect(found(lintFile(text, { tools }))).toEqual([
      "error policy.yaml:4:32 There is no arg here. Did you mean args?",
      "error base/base.yaml:3:29 There is no field amuont. Did you mean amount?",
      "error base/base.yaml:4:8 Write `aks: allow`, `aks: ask` or `aks: deny`, or a map with `ask` or `deny`.",
    ]);
    try {
      loadPolicy(text, { path: at("policy.yaml"), tools });
      expect.unreachable();
    } catch (error) {
      expect(isCountersignError(error, "POLICY_INVALID") && error.message).toContain(`${at("base/base.yaml")}:3:29: error:`);
    }
  });

  it.each<[string, Record<string, string>, readonly string[]]>([
    ["that isn't there", {}, ["error policy.yaml:2:11 base/base.yaml can't be included. There is no such file."]],
    [
      "twice",
      { "base/base.yaml": "version: 1\ntools: { a: deny }\n", twice: "" },
      ["error policy.yaml:2:27 base/base.yaml is included twice: here, and at policy.yaml:2:11. Leave one of them out."],
    ],
    [
      "by two files",
      {
        "base/base.yaml": "version: 1\ninclude: [more.yaml]\n",
        "base/more.yaml": "version: 1\ntools: { a: deny }\n",
        also: "base/more.yaml",
      },
      ["error policy.yaml:2:27 base/more.yaml is included twice: here, and at base/base.yaml:2:11. Leave one of them out."],
    ],
    [
      "that includes itself",
      { "base/base.yaml": "version: 1\ninclude: [base.yaml]\n" },
      ["error base/base.yaml:2:11 base/base.yaml includes this file: a file can't include itself. Leave it out here."],
    ],
    [
      "in a circle",
      { "base/base.yaml": "version: 1\ninclude: [more.yaml]\n", "base/more.yaml": "version: 1\ninclude: [base.yaml]\n" },
      [
        "error base/more.yaml:2:11 base/base.yaml includes this file (base/base.yaml:2:11): a file can't include itself. Leave it out here.",
      ],
    ],
    [
      "in a circle with the first one",
      { "base/base.yaml": "version: 1\ninclude: [../policy.yaml]\n", "policy.yaml": "version: 1\n" },
      ["error base/base.yaml:2:11 policy.yaml includes this file (policy.yaml:2:11): a file can't include itself. Leave it out here."],
    ],
    [
      "that is a text",
      { "base/base.yaml": "nothing\n" },
      ["error base/base.yaml:1:1 A policy file is a map. Begin the file with `version: 1`."],
    ],
    [
      "that says nothing",
      { "base/base.yaml": "version: 1\nconstants: { a: 1 }\n" },
      [
        "warning policy.yaml:2:11 base/base.yaml has no rule, no guard rail and no terms, and its constants are its own. Leave it out.",
        "warning base/base.yaml:2:14 No condition reads constants.a. Leave it out, or use it.",
      ],
    ],
  ])("%s", (_, files, problems) => {
    for (const [name, text] of Object.entries(files)) if (name.includes(".")) write(name, text);
    const second = "twice" in files ? ", base/base.yaml" : "also" in files ? `, ${files["also"]}` : "";
    expect(found(lintFile(`version: 1\ninclude: [base/base.yaml${second}]\n`))).toEqual(problems);
  });

  it("under another name is the same file", () => {
    write("base/base.yaml", "version: 1\ntools: { a: deny }\n");
    symlinkSync("base.yaml", at("base/link.yaml"));
    expect(found(lintFile("version: 1\ninclude: [base/base.yaml, base/link.yaml]\n"))).toEqual([
      "error policy.yaml:2:27 base/link.yaml is included twice: here, and at policy.yaml:2:11. Leave one of them out.",
    ]);
  });

  it.each([
    ["version: 1\ninclude: base.yaml\n", "error policy.yaml:2:10 Write `include: [base.yaml]`."],
    ["version: 1\ninclude: []\n", "error policy.yaml:2:10 `include` is empty. Write something there, or leave it out."],
    [
      "version: 1\ninclude: [base]\n",
      "error policy.yaml:2:11 base can't be included. This is not a file. Give the path of a YAML or JSON file.",
    ],
  ])("%j", (text, message) => {
    expect(found(lintFile(text))).toEqual([message]);
  });

  it("needs to know where the first one is", () => {
    expect(lint("version: 1\ninclude: [a.yaml]\n")).toMatchObject([
      { line: 2, column: 11, message: expect.stringContaining("loadPolicy(text, { path })") },
    ]);
  });

  it("has an end, however deep and many", () => {
    for (let depth = 0; depth < 20; depth++) write(`base/${depth}.yaml`, `version: 1\ninclude: [${depth + 1}.yaml]\n`);
    expect(found(lintFile("version: 1\ninclude: [base/0.yaml]\n"))[0]).toBe(
      "error base/7.yaml:2:11 Files include one another more than 8 deep.",
    );
    const many = Array.from({ length: 80 }, (_, index) => `base/many${index}.yaml`);
    for (const name of many) write(name, "version: 1\ndefault: deny\n");
    expect(new Set(lintFile(`version: 1\ninclude: [${many.join(", ")}]\n`).map(({ message }) => message))).toEqual(
      new Set(["A policy is made of at most 64 files."]),
    );
  });

  it("whose terms nobody could meet together is refused where it is included", () => {
    write("base/base.yaml", "version: 1\nreview: { decisions: [reject] }\ntools: { a: ask }\n");
    const problems = lintFile(
      "version: 1\ninclude: [base/base.yaml]\ntools: { a: { ask: true, review: { roles: [x], decisions: [approve] } } }\n",
    );
    expect(problems.filter(({ severity }) => severity === "error")).toMatchObject([
      { line: 3, message: expect.stringMatching(/^Nobody could sign/) },
    ]);
  });

  it("that names who signs speaks for the file that includes it", () => {
    write("base/base.yaml", "version: 1\nreview: { roles: [finance] }\n");
    expect(lintFile("version: 1\ninclude: [base/base.yaml]\ntools: { a: ask }\n")).toEqual([]);
  });
});

describe("while it runs", () => {
  it("takes a change in any of the files, keeps the last good one, and tells whose mistake it is", async () => {
    write("base/base.yaml", base);
    write("policy.yaml", own);
    const errors: string[] = [];
    using policy = policyFile(at("policy.yaml"), { every: 20, onError: ({ message }) => errors.push(message) });
    const pay = (amount: number) => policy.check({ tool: "send_payment", args: { amount } }).type;
    const replace = (name: string, text: string) => {
      write(`${name}.new`, text);
      renameSync(at(`${name}.new`), at(name));
    };
    const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });
    expect(pay(900)).toBe("ask");
    replace("base/base.yaml", base.replace("5000", "500"));
    await eventually(() => expect(pay(900)).toBe("deny"));
    replace("base/base.yaml", base.replace("deny: args", "dney: args"));
    await eventually(() => expect(errors.join()).toContain("base/base.yaml:9:19"));
    expect(pay(900)).toBe("deny");
    rmSync(at("base/base.yaml"));
    await eventually(() => expect(errors.at(-1)).toContain("base/base.yaml can't be included. There is no such file."));
    expect(pay(900)).toBe("deny");
    write("base/base.yaml", base);
    await eventually(() => expect(pay(900)).toBe("ask"));
    replace("policy.yaml", own.replace("include: [base/base.yaml]\n", ""));
    await eventually(() => expect(pay(9_000)).toBe("ask"));
  });
});
