// The four agents, each in a process of its own.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { FRAMEWORKS, type Arrival, type Framework } from "./arrivals.ts";
import type { Answered } from "./worker.ts";

export interface Agents {
  readonly pids: readonly (number | undefined)[];
  /** Hands a sentence to its agent. */
  tell(arrival: Arrival): void;
  /** They finish what is under way, and end. */
  stop(): Promise<void>;
}

/** How long an agent may take to finish, in ms. */
const GRACE = 5_000;

interface Told {
  readonly onAnswer: (framework: Framework, answered: Answered) => void;
  /** An agent ended by itself. */
  readonly onExit: (framework: Framework, code: number | null) => void;
}

export async function startAgents({ onAnswer, onExit }: Told): Promise<Agents> {
  const children = new Map<Framework, ChildProcess>();
  for (const framework of FRAMEWORKS) {
    const child = fork(join(import.meta.dirname, "worker.ts"), [framework], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.once("exit", (code) => {
      if (children.delete(framework)) onExit(framework, code);
    });
    children.set(framework, child);
  }
  await Promise.all([...children.values()].map((child) => Promise.race([once(child, "message"), once(child, "exit")])));
  for (const [framework, child] of children) child.on("message", (answered) => onAnswer(framework, answered as Answered));
  return {
    pids: [...children.values()].map(({ pid }) => pid),
    tell: (arrival) => void children.get(arrival.framework)?.send(arrival),
    async stop() {
      const ending = [...children.values()];
      children.clear();
      await Promise.all(ending.map(ended));
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const late = setTimeout(() => child.kill("SIGKILL"), GRACE);
  const exit = once(child, "exit");
  if (child.connected) child.disconnect();
  await exit;
  clearTimeout(late);
}
