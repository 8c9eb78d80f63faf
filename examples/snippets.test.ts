// Every TypeScript block of the documentation compiles against the packages as they are. (The write-… pages quote from
// files that are compiled and run in their own folders.)
import { execFile } from "node:child_process";
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".snippets");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") && !name.startsWith("write-") ? [`docs/${name}`] : [])),
  ...[
    "core",
    "policy",
    "review",
    "terminal",
    "testing",
    "conformance",
    "adapters/langgraph",
    "adapters/openai-agents",
    "adapters/ai-sdk",
    "adapters/openrouter",
    "stores/memory",
    "stores/sqlite",
    "server",
    "inbox",
    "cli",
  ].map((name) => `packages/${name}/README.md`),
];

/** What a page takes for granted: names that its reader has at hand. */
const AT_HAND = `
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import type { ApprovalRequest, Decision, Gate, JsonObject, Policy, Principal } from "@countersign/core";
import type { SendPayment as Schema } from "../approvals.ts";
import type { payments as Runner } from "../langgraph/agent.ts";
declare global {
  const SendPayment: typeof Schema;
  const sendPayment: import("@langchain/core/tools").StructuredTool;
  const model: BaseChatModel, checkpointer: BaseCheckpointSaver;
  const alice: Principal, request: ApprovalRequest, shown: readonly ApprovalRequest[], decisions: readonly Decision[];
  const threadId: string, config: { configurable: { thread_id: string } };
  const policy: Policy<{ send_payment: { in: { recipient: string; amount: number }; out: { recipient: string; amount: number } } }>;
  function buildAgent(gate: Gate): typeof import("../langgraph/agent.ts").agent;
  const { createAgent, tool }: typeof import("langchain");
  const { Command }: typeof import("@langchain/langgraph");
  const { createRunner, decideNative }: typeof import("@countersign/langgraph");
  const { approve, createGate, edit, reject }: typeof import("@countersign/core");
  const approvals: import("@countersign/server").Server;
  const gate: Gate, agent: typeof import("../langgraph/agent.ts").agent, payments: typeof Runner;
}
`;

function blocksOf(page: string): readonly string[] {
  let text = "";
  try {
    text = readFileSync(join(root, page), "utf8");
  } catch {
    return [];
  }
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");
}

it("compiles every snippet", async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, "at-hand.d.ts"), AT_HAND);
  writeFileSync(join(folder, "approvals.ts"), 'export * from "../approvals.ts";\n');
  writeFileSync(join(folder, "agent.ts"), 'export * from "../langgraph/agent.ts";\n');
  writeFileSync(join(folder, "payments.ts"), 'export * from "../ai-sdk/agent.ts";\n');
  let count = 0;
  for (const page of pages) {
    for (const code of blocksOf(page)) {
      const name = `${dirname(page).replaceAll("/", "-")}-${basename(page, ".md")}-${count++}.ts`;
      writeFileSync(join(folder, name), `${code}\nexport {};\n`);
    }
  }
  const options = { exactOptionalPropertyTypes: false, noUnusedLocals: false };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: options, exclude: [], include: ["*.ts"] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(stdout).toBe("");
  expect(count).toBeGreaterThan(10);
  rmSync(folder, { recursive: true });
});

/** Where people copy from: blocks of pages, the modules of examples, and the examples in doc comments. */
function copied(): readonly { readonly file: string; readonly code: string }[] {
  const options = { cwd: root, exclude: ["**/node_modules", "**/dist", "**/.snippets"] };
  const from = (pattern: string, codeOf: (text: string) => readonly string[]) =>
    globSync(pattern, options).flatMap((file) => codeOf(readFileSync(join(root, file), "utf8")).map((code) => ({ file, code })));
  return [
    ...from("{*.md,docs/**/*.md,packages/**/*.md,examples/**/*.md}", (text) =>
      [...text.matchAll(/^( *)```\w*\n([\s\S]*?)^\1```/gm)].map(([, indent = "", code = ""]) =>
        `\n${code}`.replaceAll(`\n${indent}`, "\n"),
      ),
    ),
    ...from("examples/**/*.{ts,tsx}", (text) => [text]),
    ...from("packages/**/src/**/*.ts", (text) =>
      [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) => comment.replaceAll(/^ *(\*|\/\*\*) ?(@example ?)?/gm, "")),
    ),
  ];
}

it("opens nothing in a snippet that is closed at once: at the top of a module, `using` ends with the module", () => {
  const snippets = copied();
  expect(snippets.filter(({ file }) => file.endsWith(".md")).length).toBeGreaterThan(50);
  expect(snippets.filter(({ code }) => /^(await )?using \w+(: [^=]+)? = /m.test(code))).toEqual([]);
});
