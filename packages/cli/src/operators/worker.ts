import { createWorker, type AgentRunner, type Gate, type Worker, type WorkerEvent } from "@countersign/core";
import { Command } from "commander";
import { atDesk, roomOf, type GlobalOptions } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { interrupted } from "../interrupted.ts";
import { count } from "../output/count.ts";
import type { Output } from "../output/output.ts";
import { loadModule, runnersIn } from "../settings/module.ts";
import { whole } from "../settings/values.ts";
import { eventLine, messageOf, shownEvent } from "./worker-event.ts";

interface WorkerOptions {
  readonly once?: boolean;
  readonly concurrency?: number;
}

export function worker(): Command {
  return new Command("worker")
    .description("resume the threads of an application's agents as they are decided, until Ctrl-C; without a module, keep house")
    .argument("[module]", "a JavaScript or TypeScript file that exports runners; it opens its own store")
    .option("--once", "do what is due now, then end: for cron")
    .option("--concurrency <n>", "threads at a time (default 4)", whole(1, 1_000))
    .action(async (module: string | undefined, options: WorkerOptions, command: Command) => {
      if (module === undefined) return atDesk(command, ({ gate, out }) => work(out, gate, [], options));
      const { out } = await roomOf(command);
      const { store, storeModule, tenant } = command.optsWithGlobals<GlobalOptions>();
      if ((store ?? storeModule ?? tenant) !== undefined)
        throw usage("The agents work with the store and tenant that their module opens: leave --store, --store-module and --tenant out.");
      const runners = runnersIn(await loadModule(module));
      const [first] = runners;
      if (!first) throw usage(`${module} exports no runner. Export what createRunner gives: export const payments = createRunner(…).`);
      try {
        await work(out, first.gate, runners, options);
      } finally {
        await first.gate.store.close();
      }
    });
}

async function work(out: Output, gate: Gate, runners: readonly AgentRunner[], { once, concurrency }: WorkerOptions): Promise<void> {
  // What goes wrong with a thread is an event of it.
  const onError = (error: unknown, threadId: string | undefined): void => {
    if (threadId === undefined) out.warn(`the worker goes on trying: ${messageOf(error)}`);
  };
  const working = createWorker(gate, runners, { onError, onEvent: teller(out), ...(concurrency !== undefined && { concurrency }) });
  if (once) return drained(out, working);
  working.start();
  const names = runners.map(({ name }) => name).join(", ");
  const does =
    names === ""
      ? "Keeping house: deadlines, reminders and executions whose process died. Without a module, no thread is resumed."
      : `Resuming ${names}.`;
  if (out.interactive) out.say(`${does} Ctrl-C ends it when what is under way is done.`);
  await interrupted();
  await working.stop();
}

async function drained(out: Output, working: Worker): Promise<void> {
  const done = await working.drain();
  if (out.people) out.line(`resumed ${count(done.resumed, "thread")}, ${done.failed} failed, ${count(done.expired, "request")} expired`);
  else out.value({ type: "drained", ...done });
  if (done.failed > 0) throw new Failure(EXIT.no, `${count(done.failed, "thread")} failed.`);
}

/** A line for people, and for programs a line of JSON. */
function teller(out: Output): (event: WorkerEvent) => void {
  return (event) => (out.people ? out.line(eventLine(event, Date.now())) : out.value(shownEvent(event, Date.now())));
}
