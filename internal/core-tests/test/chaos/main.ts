/** `pnpm chaos`: threads on a PostgreSQL server that is killed every few seconds. Exits with 1 if a promise was broken. @module */
import { parseArgs } from "node:util";
import { runChaos, type Progress } from "./run.ts";

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    json: { type: "boolean", default: false },
  },
});
const [threads, seed] = [whole("threads", values.threads, 1), whole("seed", values.seed, 0)];
console.error(`${threads} threads, seed ${seed}`);

let shown = 0;
const result = await runChaos({
  threads,
  seed,
  spread: Math.max(10_000, threads * 60),
  killEvery: 3_000,
  onProgress: (progress) => {
    if (!process.stderr.isTTY && progress.seconds < shown + 5) return;
    shown = progress.seconds;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line(progress)}` : `${line(progress)}\n`);
  },
});
if (process.stderr.isTTY) process.stderr.write("\n");
if (values.json) console.log(JSON.stringify({ threads, seed, ...result }));
else {
  console.log(line(result));
  console.log(`${result.requests} requests, ${result.effects} effects, ${result.settled} settled by a look at what happened`);
  console.log(`${result.events} audit events, ${result.broken.length === 0 ? "all promises kept" : `${result.broken.length} broken:`}`);
  for (const broken of result.broken.slice(0, 20)) console.log(`  ${broken}`);
}
process.exitCode = result.broken.length === 0 ? 0 : 1;

function line({ seconds, closed, serverKills, processKills }: Progress): string {
  return `${seconds} s: ${closed} of ${threads} threads complete, server killed ${serverKills} times, ${processKills} processes killed`;
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${name} is a whole number from ${least}, not "${text}".`);
  process.exit(2);
}
