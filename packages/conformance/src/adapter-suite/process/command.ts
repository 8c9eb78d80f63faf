import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { thrownIn } from "../../explain/thrown.ts";
import type { Crew } from "./crew.ts";
import type { Answer, Order, Step } from "./order.ts";

const PATIENCE_MS = 45_000;
/** What a process printed last may come after its end. */
const LATE_MS = 1_000;

/** Gives a process an order and waits for its answer. Never throws: a process that ends or hangs is an answer, too. */
export function command(crew: Crew, order: Order, patienceMs: number = PATIENCE_MS): Promise<Answer> {
  const { child } = crew;
  // What a process prints while it loads the framework belongs to its first order.
  if (crew.orders > 0) crew.printed = { out: "", err: "" };
  const { printed } = crew;
  const nothing = { pending: [], transcript: [], requests: 0, chunks: 0, pid: child.pid ?? 0, printed };
  return new Promise((resolve) => {
    const finish = (answer: Answer): void => {
      clearTimeout(patience);
      child.off("message", onMessage).off("exit", onExit);
      resolve(answer);
    };
    const failed = (message: string): void => finish({ ...nothing, status: "error", message });
    const onMessage = (answer: unknown): void => finish({ ...(answer as Answer), printed });
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (signal === "SIGKILL" && order.place.kill) return finish({ ...nothing, status: "killed" });
      void Promise.race([once(child, "close"), sleep(LATE_MS)]).then(() => failed(ended(order.step, code, signal, printed.err)));
    };
    const patience = setTimeout(() => {
      child.kill("SIGKILL");
      failed(hung(order.step, patienceMs));
    }, patienceMs);
    child.on("message", onMessage).on("exit", onExit);
    child.send(order, (error) => {
      if (error) failed(`The process could not be given ${order.step.do}: ${error.message}. See what it printed.`);
    });
  });
}

function ended({ do: what }: Step, code: number | null, signal: NodeJS.Signals | null, printed: string): string {
  if (signal !== null)
    return `The process was ended by ${signal} during ${what}. The suite did not send it: look at what else ends processes here, such as a lack of memory.`;
  const thrown = thrownIn(printed);
  if (code === 1 && thrown !== undefined) return `The process died during ${what} of an error that was not caught: ${thrown}`;
  const why =
    code === 13
      ? "a promise that it waited for never settles, and nothing else was left to do"
      : "the harness or the adapter called process.exit, or an error or rejection was not caught; see what it printed";
  return `The process ended by itself with exit code ${code} during ${what}: ${why}.`;
}

function hung({ do: what }: Step, patienceMs: number): string {
  return `The process did not answer ${what} within ${patienceMs / 1_000} s, and was ended. Something in the adapter, or in the harness's open(), transcript() or close(), waits for what never comes.`;
}
