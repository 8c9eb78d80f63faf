import { createWorker, isCountersignError } from "@countersign/core";
import { Command } from "commander";
import { roomOf, type GlobalOptions } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { count } from "../output/count.ts";
import { loadModule, runnersIn } from "../settings/module.ts";
import { whole } from "../settings/values.ts";

interface WorkerOptions {
  readonly once?: boolean;
  readonly concurrency?: number;
}

export function worker(): Command {
  return new Command("worker")
    .description("resume the threads of an application's agents as they are decided, until Ctrl-C")
    .argument("<module>", "a JavaScript or TypeScript file that exports runners; it opens its own store")
    .option("--once", "do what is due now, then end: for cron")
    .option("--concurrency <n>", "threads at a time (default 4)", whole(1, 1_000))
    .action(async (module: string, { once, concurrency }: WorkerOptions, command: Command) => {
      const { out } = roomOf(command);
      const { store, tenant } = command.optsWithGlobals<GlobalOptions>();
      if ((store ?? tenant) !== undefined)
        throw usage("The agents work with the store and tenant that their module opens: leave --store and --tenant out.");
      const runners = runnersIn(await loadModule(module));
      const [first] = runners;
      if (!first) throw usage(`${module} exports no runner. Export what createRunner gives: export const payments = createRunner(…).`);

      const onError = (error: unknown, threadId: string | undefined): void =>
        out.warn(`${threadId === undefined ? "the worker goes on trying" : `thread ${threadId} failed`}: ${messageOf(error)}`);
      const working = createWorker(first.gate, runners, { onError, ...(concurrency !== undefined && { concurrency }) });
      try {
        if (once) {
          const done = await working.drain();
          out.result(done, `resumed ${count(done.resumed, "thread")}, ${done.failed} failed, ${count(done.expired, "request")} expired`);
          if (done.failed > 0) throw new Failure(EXIT.no, `${count(done.failed, "thread")} failed.`);
          return;
        }
        working.start();
        if (out.interactive)
          out.say(`Resuming ${runners.map(({ name }) => name).join(", ")}. Ctrl-C ends it when what is under way is done.`);
        await interrupted();
        await working.stop();
      } finally {
        await first.gate.store.close();
      }
    });
}

function messageOf(error: unknown): string {
  if (isCountersignError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** The first signal asks politely; the second ends the process, as signals do. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      process.off("SIGINT", over).off("SIGTERM", over);
      resolve();
    };
    process.on("SIGINT", over).on("SIGTERM", over);
  });
}
