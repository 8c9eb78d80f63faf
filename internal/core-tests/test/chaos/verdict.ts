import { isDeepStrictEqual } from "node:util";
import { effectsAt } from "../processes/effects.ts";
import type { Place } from "../processes/place.ts";
import type { Agent } from "./agent.ts";
import { fateOf } from "./plan.ts";

export interface Verdict {
  /** What is not as it should be; none: the run went well. */
  readonly broken: readonly string[];
  readonly closed: number;
  readonly requests: number;
  readonly effects: number;
  /** Executions that took a person's look at what really happened. */
  readonly settled: number;
  readonly events: number;
}

/** Compares what is in the store with what really happened and what should have. */
export async function judge({ gate, store }: Agent, place: Place, threads: number): Promise<Verdict> {
  const broken: string[] = [];
  const effects = effectsAt(place);
  const known = new Set<string>();
  let [closed, requests, settled] = [0, 0, 0];
  for (let n = 0; n < threads; n++) {
    const { threadId, decision, runs } = fateOf(n);
    const thread = await store.getThread("default", threadId);
    if (thread?.state === "closed" && thread.outcome?.text === "done") closed++;
    else broken.push(`${threadId} is ${thread?.state ?? "missing"}, open ${thread?.open}: ${thread?.lastError}`);
    const { items } = await gate.list({ threadId });
    requests += items.length;
    const [request] = items;
    if (!request || items.length !== 1) {
      broken.push(`${threadId} has ${items.length} requests`);
      continue;
    }
    known.add(request.id);
    const [status, execution] = decision === "reject" ? ["rejected", "none"] : ["approved", "done"];
    if (request.status !== status || request.execution !== execution)
      broken.push(`${threadId} is ${request.status}, ${request.execution}: ${decision} was meant`);
    const happened = effects.filter(({ key }) => key === request.id).map(({ args }) => args);
    if (!isDeepStrictEqual(happened, runs ? [runs] : [])) broken.push(`${threadId}: ${decision} made ${JSON.stringify(happened)} happen`);
    for await (const { type } of gate.history(request.id)) if (type === "settled") settled++;
  }
  for (const { key } of effects) if (!known.has(key)) broken.push(`an effect of ${key}, which nobody asked about`);
  const { events } = await gate.verify().catch((error: unknown) => (broken.push(String(error)), { events: 0 }));
  return { broken, closed, requests, effects: effects.length, settled, events };
}
