// docs/porting.md, made of the examples themselves: what it shows compiles, and is run by tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createPatch } from "diff";

const examples = join(import.meta.dirname, "..");
/** The page is in a tarball as well, where there are no examples. */
const repository = "https://github.com/countersign/countersign";

const frameworks = {
  langgraph: "LangGraph",
  "openai-agents": "the OpenAI Agents SDK",
  "ai-sdk": "the Vercel AI SDK",
  openrouter: "OpenRouter's agent SDK",
};
type Framework = keyof typeof frameworks;
const all = Object.keys(frameworks) as Framework[];

const sourceOf = (framework: Framework, file: "agent" | "native"): string =>
  readFileSync(join(examples, framework, `${file}.ts`), "utf8").replace(/^\/\/.*\n/, "");

/** What is particular when an agent comes from a framework's own approvals. */
const fromNative: Readonly<Record<Framework, string>> = {
  langgraph:
    "If you have a table for `humanInTheLoopMiddleware`, [keep it](from-human-in-the-loop-middleware.md): `approvalMiddleware(gate, { interruptOn })` takes it as it is. Or move it into the policy, tool by tool.",
  "openai-agents":
    "A tool's `needsApproval` may stay: it asks as well, and never allows. The `RunState` needs no place of its own any more; it is saved in the same write as the questions.",
  "ai-sdk":
    "A tool's `needsApproval` may stay: it asks as well. `toolApproval` goes, or leaves gated tools out: what it lets pass doesn't run unasked. Nor does what a client says it approved: a click becomes a decision in `respond`, or in `decideNative`.",
  openrouter:
    "`requireApproval`, of a tool or of the call, may stay: it asks as well. The state needs no accessor of yours any more; keep one, and `gateCall(gate, tools, { threadId, state })` puts its fence around it.",
};

/** What is particular when an agent arrives on a framework. */
const arriving: Readonly<Record<Framework, string>> = {
  langgraph: "It needs a checkpointer, which keeps the conversation; Countersign's store keeps the questions.",
  "openai-agents": "Its output is `finalOutput`, typed by the agent's `outputType`.",
  "ai-sdk": "Tools have the name of their key. `respond(...)` is a whole chat route.",
  openrouter: "The runner calls the model; settings are those of `callModel`.",
};

export function page(): string {
  return [intro(), native(), ...all.map(port), ""].join("\n\n");
}

function intro(): string {
  return `# Port an agent to another framework

The approval logic is one file without a framework in it, and it stays as it is: the payments agent of the examples runs on four frameworks over one [\`approvals.ts\`](${repository}/blob/main/examples/approvals.ts). Whoever calls the agent stays as well:

\`\`\`ts
import { payments } from "./agent.ts"; // the one import that leads to a framework

const outcome = await payments.start("pay-001", "Pay Acme Corp $4200 for invoice 88.");
if (outcome.status === "completed") console.log(outcome.text);
await payments.resume("pay-001"); // once gate.decide was called, in whatever process
\`\`\`

Only the agent's own file changes. Every difference on this page is made from the files in [\`examples\`](${repository}/tree/main/examples), which compile and are run by tests. \`npx -y pnpm@12 demo --all\` starts all four at once on one store, and decides them from one list.

| | what makes it gated | what drives it | what keeps the conversation |
|---|---|---|---|
| LangGraph | \`approvalMiddleware(gate)\`, or \`gateTools\` in a graph of your own | \`createRunner(gate, agent, { name })\` | your checkpointer |
| OpenAI Agents SDK | \`gateTools(gate, tools)\` | \`createRunner(gate, agent, { name })\` | the store |
| Vercel AI SDK | \`gateTools(gate, tools)\` | \`createRunner(gate, agent, { name })\` | the store |
| OpenRouter | \`createRunner\`, or \`gateCall\` around one \`callModel\` | \`createRunner(gate, client, { name, model, tools })\` | the store |

**Threads don't move.** What one framework froze only that framework can continue: another runner of the same name gets \`STATE_INCOMPATIBLE\`, and nothing is lost. So give the new agent another name for new threads, and keep the old one's worker running until \`countersign list --agent payments\` shows nothing any more. Reviewers notice nothing: one inbox shows the requests of both.

**A tool's answer to the model** is written by its framework: plain text in one, JSON in another. What a reviewer changed is said in the same words in all of them.`;
}

function native(): string {
  const sections = all.map(
    (framework) => `### From ${frameworks[framework]}

${fromNative[framework]}

${difference(sourceOf(framework, "native"), sourceOf(framework, "agent"))}`,
  );
  return `## From a framework's own approvals

The same agent, before and after: on each framework without Countersign ([\`native.ts\`](${repository}/blob/main/examples/openrouter/native.ts)), and with it ([\`agent.ts\`](${repository}/blob/main/examples/openrouter/agent.ts)). What goes is the code that kept paused runs and told the framework who approved; \`pay\` gets the key that makes a payment safe to repeat.

${sections.join("\n\n")}`;
}

function port(from: Framework): string {
  const targets = all.filter((framework) => framework !== from);
  const sections = targets.map(
    (to) => `<details>
<summary>to ${frameworks[to]}: ${arriving[to]}</summary>

${difference(sourceOf(from, "agent"), sourceOf(to, "agent"))}

</details>`,
  );
  return `## From ${frameworks[from]}\n\n${sections.join("\n\n")}`;
}

function difference(before: string, after: string): string {
  const lines = createPatch("agent.ts", before, after, "", "", { context: 3 }).split("\n").slice(4);
  const shown = lines.filter((line) => !line.startsWith("\\")).map((line) => (line.startsWith("@@") ? "" : line)); // prettier-ignore
  return `\`\`\`diff\n${shown.join("\n").trim()}\n\`\`\``;
}
