import assert from "node:assert/strict";
import { approve, edit, reject, type Decision } from "@countersign/core";
import { assertStatus } from "../cases/expect.ts";
import { allRequests } from "../oracle.ts";
import type { Answer, Kill, PendingCall } from "../process/order.ts";
import type { Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import type { Random } from "./random.ts";

const MAX_STEPS = 40;

/** The variant for what a harness doesn't declare: one call a turn, ids that never repeat. */
export function worldFor(stage: Stage): string {
  return [stage.declares("parallel") ? "" : "serial", stage.declares("repeatedIds") ? "" : "unique"].filter(Boolean).join(" ");
}

/** Plays a run to its end, however often it is interrupted, and compares what happened with what was said. */
export async function play(stage: Stage, random: Random, { turns }: Setting): Promise<void> {
  const variant = worldFor(stage);
  const said = new Map<string, Decision>();
  let answer = await stage.start({ variant, ...(random.chance(0.2) ? { kill: killOf(random, ["suspend"]) } : {}) });
  for (let step = 0; answer.status !== "completed"; step++) {
    assert.ok(step < MAX_STEPS, `after ${MAX_STEPS} steps the run has not ended`);
    if (answer.status === "suspended") await decideAll(stage, random, answer.pending, said, variant);
    if (answer.code === "EXECUTION_UNKNOWN") await settleAll(stage, random);
    else if (answer.status === "error") assertStatus(answer, "completed");
    answer = await goOn(stage, random, variant);
  }
  const gated = turns
    .flatMap((turn) => ("calls" in turn ? turn.calls : []))
    .filter(({ tool, args }) => tool === "pay" && Number(args["amount"]) > 1_000);
  const requests = await allRequests(stage.gate);
  assert.equal(requests.length, gated.length, "not every gated call was asked about once");
  for (const request of requests) {
    const decision = said.get(request.id);
    const ran = stage.effects().filter(({ key }) => key === request.id);
    if (decision?.type === "reject") assert.equal(ran.length, 0, "a rejected call ran");
    if (decision?.type === "edit") for (const { args } of ran) assert.deepEqual(args, decision.args);
    if (decision?.type === "approve") for (const { args } of ran) assert.deepEqual(args, request.args);
  }
  const executed = requests.filter(({ execution }) => execution === "done").length;
  const signed = requests.filter(({ status }) => status === "approved").length;
  assert.equal(executed, signed, "not every signed call was executed");
}

function killOf(random: Random, points: readonly [Kill["point"], ...Kill["point"][]]): Kill {
  return { when: random.pick(["before", "after"]), point: random.pick(points), nth: random.whole(1, 2) };
}

async function decideAll(
  stage: Stage,
  random: Random,
  pending: readonly PendingCall[],
  said: Map<string, Decision>,
  variant: string,
): Promise<void> {
  for (const call of random.shuffled(pending)) {
    // What was said just before a crash still counts if it reached the disk, so the same person says the same again.
    const decision = said.get(call.id) ?? decisionOn(stage, random, call);
    said.set(call.id, decision);
    if (random.chance(0.15)) await stage.decide(call, decision, { kill: { when: random.pick(["before", "after"]), point: "decide" } });
    assertStatus(await stage.decide(call, decision), "decided");
    if (random.chance(0.15)) await stage.resume({ variant });
  }
}

function decisionOn(stage: Stage, random: Random, { args }: PendingCall): Decision {
  const chance = random.next();
  if (chance < 0.25) return reject("no");
  return chance < 0.5 && stage.declares("edit") ? edit({ ...args, amount: Number(args["amount"]) - 1 }) : approve();
}

async function settleAll(stage: Stage, random: Random): Promise<void> {
  for (const request of await allRequests(stage.gate)) {
    if (request.execution !== "unknown") continue;
    const ran = stage.effects().some(({ key }) => key === request.id);
    const outcome = ran || random.chance(0.2) ? { executed: "a person looked" } : ({ retry: true } as const);
    await stage.gate.settle(request.id, outcome, { by: { id: "alice" } });
  }
}

async function goOn(stage: Stage, random: Random, variant: string): Promise<Answer> {
  const chance = random.next();
  if (chance < 0.35) {
    const killed = await stage.resumeWhenFree({ variant, kill: killOf(random, ["suspend", "claim", "effect", "receipt"]) });
    if (killed.status !== "killed") return killed;
  } else if (chance < 0.5) {
    const answers = await stage.resumeAtOnce(3, { variant });
    return answers.find(({ status }) => status !== "running") ?? stage.resumeWhenFree({ variant });
  }
  return stage.resumeWhenFree({ variant });
}
