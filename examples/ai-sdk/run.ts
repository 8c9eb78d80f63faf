// The web chat: `node examples/ai-sdk/run.ts`, then one window as Bob, who asks, and one as Fiona, who signs.
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { createWorker } from "@countersign/core";
import { build } from "vite";

const data = join(import.meta.dirname, ".data");
mkdirSync(data, { recursive: true });
process.env["COUNTERSIGN_DB"] ??= join(data, "countersign.db");
process.env["BANK_LEDGER"] ??= join(data, "bank.jsonl");

const outDir = join(data, "web");
await build({ root: join(import.meta.dirname, "web"), logLevel: "error", build: { outDir, emptyOutDir: true } });

const { gate } = await import("../approvals.ts");
const { payments } = await import("./agent.ts");
const { app } = await import("./server.ts");
app.use("/*", serveStatic({ root: relative(process.cwd(), outDir) }));

/** Goes on with what somebody has signed while no page was waiting for it. */
const worker = createWorker(gate, [payments]);
worker.start();

const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3_000), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://localhost:${port}/?user=bob asks, http://localhost:${port}/?user=fiona signs`);
});
process.once("SIGTERM", () => {
  server.close();
  void worker.stop().then(() => gate.store.close());
});
