// Four agents on four frameworks ask, and you sign on the page: `npx -y pnpm@12 demo --inbox`.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { inbox } from "@countersign/inbox";
import { visible } from "@countersign/review";
import { createServer, signInLink, type Server } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import { startAgents } from "./agents.ts";
import { arrivals, AT_ONCE } from "./arrivals.ts";
import { PEOPLE, type PersonName } from "./people.ts";
import { bankTeller, say, tellEvents } from "./told.ts";

const { values } = parseArgs({
  options: { inbox: { type: "boolean" }, port: { type: "string", default: "4600" }, as: { type: "string", default: "fiona" } },
});
const person = PEOPLE[values.as as PersonName];
if (!person) fail(`There is no ${values.as} here. Write --as with one of ${Object.keys(PEOPLE).join(", ")}.`);

// The port first: if it is taken, nothing has begun.
const { promise: made, resolve: serve } = Promise.withResolvers<Server>();
const listener = nodeListener({ fetch: async (...given) => (await made).fetch(...given) });
const http = createHttpServer((incoming, outgoing) => void listener(incoming, outgoing));
const port = await new Promise<number>((resolve) => {
  http.once("error", (error: NodeJS.ErrnoException) =>
    fail(
      error.code === "EADDRINUSE"
        ? `Port ${values.port} is taken: another process listens there. Write --port with another number, or 0 for any.`
        : `Nobody can listen at port ${values.port}: ${error.message}.`,
    ),
  );
  http.listen(Number(values.port), "127.0.0.1", () => resolve((http.address() as AddressInfo).port));
});

const folder = join(import.meta.dirname, ".data");
mkdirSync(folder, { recursive: true });
for (const run of readdirSync(folder).map((name) => join(folder, name)))
  if (statSync(run).mtimeMs < Date.now() - 86_400_000) rmSync(run, { recursive: true });
const data = mkdtempSync(join(folder, "run-"));
process.env["COUNTERSIGN_DB"] = join(data, "countersign.db");
process.env["CHECKPOINTS_DB"] = join(data, "checkpoints.db");
process.env["BANK_LEDGER"] = join(data, "bank.jsonl");
// Each agent has its stand-in for the model here: four keys would be much to ask.
for (const key of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AI_GATEWAY_API_KEY", "OPENROUTER_API_KEY"]) delete process.env[key];
const { gate } = await import("./approvals.ts");

const over = new AbortController();
const link = signInLink({ gate, url: `http://127.0.0.1:${port}`, person: () => person, linkLasts: "1h" });
const server = createServer({
  gate,
  inbox,
  authenticate: link,
  hosts: [`127.0.0.1:${port}`, `localhost:${port}`],
  operators: ["ops"],
  auditors: ["audit"],
});
serve(server);

console.log("Four payments agents on four frameworks, with one store and one page. Over $1,000 somebody from finance signs.");
console.log("Carla, who is CFO, and Bob from finance are played by this demo.");
console.log(`The store and the bank's ledger are in ${relative(process.cwd(), data)}. Ctrl-C ends it.\n`);
say("agents", "starting");
const agents = await startAgents({
  onAnswer: (framework, { text }) => say("answered", `on ${framework}, without asking anybody: ${visible(text)}`),
  onExit: (framework, code) => say("agents", `the agent on ${framework} ended with code ${code}`),
});
say("", `there, in four processes: ${agents.pids.join(" ")}`);
await tellLink();
if (process.stdin.isTTY) process.stdin.on("data", () => void tellLink());

const ending = new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
const tellPaid = bankTeller();
const looking = setInterval(tellPaid, 200);
const telling = tellEvents(gate, over.signal);
const arriving = hand();
await ending;
say("end", "what is under way is finished");
over.abort();
process.stdin.pause();
await Promise.all([agents.stop(), server.close(), arriving, telling]);
clearInterval(looking);
tellPaid();
http.close().closeAllConnections();
const { events, subjects } = await gate.verify();
say("verified", `${events} events in ${subjects} hash chains`);
await gate.store.close();

async function tellLink(): Promise<void> {
  say("open", await link.create());
  say("", `signs this browser in as ${person.name}, once${process.stdin.isTTY ? "; Enter prints another link" : ""}`);
}

/** A handful at once, then one now and then. */
async function hand(): Promise<void> {
  let handed = 0;
  for (const arrival of arrivals()) {
    agents.tell(arrival);
    const next = ++handed < AT_ONCE ? 500 : 12_000;
    await pause(next, undefined, { signal: over.signal }).catch(() => {});
    if (over.signal.aborted) return;
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
