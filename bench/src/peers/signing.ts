import { randomUUID } from "node:crypto";
import { startChild, stopChild } from "../children/child.ts";
import type { Asked, Told } from "../children/host.ts";
import type { Sample } from "../measure.ts";
import { Answers } from "../children/answers.ts";
import type { Keeping } from "./contestant.ts";
import { load, type Found } from "./contestants.ts";
import { Effects } from "./effects.ts";

/** A run that waits, and what its reviewer has to know. */
export interface Waiting {
  readonly run: string;
  readonly paused: unknown;
}

/** A contestant in two processes: its runs pause in one of their own, and are approved in this one. */
export interface Signing {
  pause(): Promise<Waiting>;
  /**
   * Approves, and waits until the run is over. Answers how long after it was asked for the effect began.
   * @throws Error unless the effect happened once, and after that
   */
  approve(waiting: Waiting): Promise<Sample>;
  /** Answers where the time went, if it was timed. @throws Error unless there were as many effects as approvals */
  end(): Promise<readonly string[]>;
}

export async function signingBy(found: Found, keeping: Keeping): Promise<Signing> {
  const { name } = found;
  const answers = new Answers();
  const here = new Effects((run, began) => answers.give(`completed ${run}`, began));
  const child = await startChild("host", { found, keeping });
  const ask = (asked: Asked): boolean => child.connected && child.send(asked);
  child.on("message", (told: Told) => {
    if (told.type === "paused") answers.give(`paused ${told.run}`, told.paused);
    else if (told.type === "completed") answers.give(`completed ${told.run}`, told.began.map(BigInt));
    else answers.give("ended", told);
  });
  child.once("exit", () => answers.fail(new Error(`the process in which the runs of ${name} pause has ended`)));
  const reviewer = await (await load(found)).reviewer(keeping, here);
  let approved = 0;
  return {
    async pause() {
      const run = `bench-${randomUUID()}`;
      const pausing = answers.of<unknown>(`paused ${run}`);
      ask({ pause: run });
      return { run, paused: await pausing };
    },
    async approve({ run, paused }) {
      const completing = answers.of<readonly bigint[]>(`completed ${run}`);
      const asked = process.hrtime.bigint();
      const [began] = await Promise.all([completing, reviewer.approve(run, paused)]);
      approved++;
      const [at] = began;
      if (at === undefined || began.length > 1) throw new Error(`${name} had ${began.length} effects of one approval`);
      if (at < asked) throw new Error(`${name} had an effect before its approval`);
      // Several processes took part: their CPU is not told apart.
      return { ms: Number(at - asked) / 1e6, cpu: 0 };
    },
    async end() {
      const ending = answers.of<Extract<Told, { type: "ended" }>>("ended");
      ask("end");
      const { effects, spent } = await ending;
      await stopChild(child);
      const decided = await reviewer.close(approved);
      if (effects + here.count !== approved) throw new Error(`${name} had ${effects + here.count} effects of ${approved} approvals`);
      return [...decided.map((line) => `who decides: ${line}`), ...spent.map((line) => `the agent: ${line}`)];
    },
  };
}
