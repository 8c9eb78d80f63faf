import { createWorker, type ApprovalRequest, type RunOutcome } from "@countersign/core";
import type { AdapterHarness, NativeHarness, OpenAdapter, Transcript } from "../../contract/harness.ts";
import { traced } from "../../explain/traced.ts";
import { byHarness, HarnessError, loadDefault } from "../../run/load.ts";
import type { Answer, Order, PendingCall, Place, Step } from "./order.ts";
import { codeOf, openWorld, scenarioOf, type World } from "./world.ts";
import { caseOf } from "../catalogue.ts";

type Report = Omit<Answer, "pid" | "transcript" | "requests" | "pending" | "chunks"> & Partial<Answer>;

/** What this process keeps for harnesses that are not durable, by case folder. */
const kept = new Map<string, { readonly world: World; readonly adapter: OpenAdapter }>();

export async function carryOut({ place, step }: Order): Promise<Answer> {
  const nothing = { pending: [], transcript: [], requests: 0, chunks: 0, pid: process.pid };
  try {
    return { ...nothing, ...(await perform(place, step)) };
  } catch (error) {
    return { ...nothing, ...failure(error) };
  }
}

function failure(error: unknown): Report {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return { status: "error", message, stack: traced(thrownBy(error)).join("\n"), ...(code === undefined ? {} : { code }) };
}

function thrownBy(error: unknown): unknown {
  return error instanceof HarnessError ? (error.cause ?? error) : error;
}

async function perform(place: Place, step: Step): Promise<Report> {
  switch (step.do) {
    case "decide":
      return decide(place, step);
    case "warm":
      await loadDefault(place.harness);
      return { status: "worked" };
    case "native-start":
    case "native-resume":
      return performNatively(place, step);
    default:
      return withAdapter(place, step);
  }
}

async function decide(place: Place, { id, digest, decision, by, desk }: Extract<Step, { do: "decide" }>): Promise<Report> {
  const world = await openWorld(place);
  try {
    const request = await (desk ? world.desk : world.gate).decide({ id, digest }, decision, { by, via: "conformance" });
    return { status: "decided", text: request.status };
  } finally {
    await world.close();
  }
}

async function withAdapter(place: Place, step: AdapterStep): Promise<Report> {
  const known = kept.get(place.dir);
  const world = known?.world ?? (await openWorld(place));
  const adapter = known?.adapter ?? (await openAdapter(place, world));
  if (place.keep) kept.set(place.dir, { world, adapter });
  const threadId = "threadId" in step ? step.threadId : "";
  const before = await adapter.transcript(threadId).then(({ requests }) => requests, () => 0); // prettier-ignore
  const from = known ? world.notes.length : 0;
  try {
    const report = await performOn(adapter, world, step).catch(failure);
    const { messages, requests } = await adapter.transcript(threadId).catch((error: unknown): Transcript => {
      world.notes.push(`the harness's transcript() threw: ${String(error)}`);
      return { messages: [], requests: before };
    });
    return { ...report, transcript: messages, requests: requests - before, notes: world.notes.slice(from) };
  } finally {
    if (!place.keep) {
      await byHarness(place.harness, "close", async () => adapter.close?.());
      await world.close();
    }
  }
}

async function openAdapter({ harness: url, dir }: Place, { scenario, gate }: World): Promise<OpenAdapter> {
  const harness = await loadDefault<AdapterHarness>(url);
  return byHarness(url, "open", () => harness.open(scenario, gate, dir));
}

type AdapterStep = Exclude<Step, { do: "decide" | "warm" | "native-start" | "native-resume" }>;

async function performOn(adapter: OpenAdapter, world: World, step: AdapterStep): Promise<Report> {
  const { runner } = adapter;
  switch (step.do) {
    case "start": {
      const { pending, requestedBy, context } = step;
      const options = { pending, requestedBy, ...(context && { context }) };
      if (!step.stream) return reported(await runner.start(step.threadId, step.input, options), adapter);
      return drained(await runner.stream(step.threadId, step.input, options), adapter);
    }
    case "resume":
      return step.stream
        ? drained(await runner.resumeStream(step.threadId), adapter)
        : reported(await runner.resume(step.threadId, { signal: world.signal }), adapter);
    case "look": {
      if (!adapter.conversation)
        throw new Error("The harness declares `conversation`, and open() answers no conversation(). Add it, or don't declare it.");
      return { status: "worked", conversation: adapter.conversation(await runner.messages(step.threadId)) };
    }
    case "work": {
      const worker = createWorker(world.gate, [runner], {
        onError: (error, threadId) => void world.notes.push(`the worker failed on ${threadId ?? "its rounds"}: ${String(error)}`),
      });
      await worker.drain();
      return { status: "worked" };
    }
    case "answer": {
      if (!adapter.answerNatively)
        throw new Error("The harness declares `native`, and open() answers no answerNatively(). Add it, or don't declare it.");
      await adapter.answerNatively(step.threadId, step.answers, step.by);
      return { status: "decided" };
    }
  }
}

function reported(outcome: RunOutcome<unknown>, adapter: OpenAdapter): Report {
  switch (outcome.status) {
    case "completed": {
      const { status, text, output, usage, lastAgent, messages, replayed } = outcome;
      return {
        status,
        text,
        replayed,
        output,
        ...(usage && { usage }),
        ...(lastAgent !== undefined && { lastAgent }),
        ...(adapter.conversation && { conversation: adapter.conversation(messages) }),
      };
    }
    case "suspended":
      return { status: "suspended", pending: outcome.pending.map(pendingCall) };
    default:
      return { status: outcome.status };
  }
}

async function drained(
  run: { readonly stream: unknown; readonly outcome: Promise<RunOutcome<unknown>> },
  adapter: OpenAdapter,
): Promise<Report> {
  let chunks = 0;
  run.outcome.catch(() => {});
  const { stream } = run;
  if (typeof stream === "object" && stream !== null && Symbol.asyncIterator in stream) {
    chunks = (await Array.fromAsync(stream as AsyncIterable<unknown>)).length;
  }
  return { ...reported(await run.outcome, adapter), chunks };
}

function pendingCall({ id, proposal, tool, args, requestedBy, revises }: ApprovalRequest): PendingCall {
  return { id, digest: proposal.digest, tool, args, requestedBy: requestedBy?.id, revises };
}

async function performNatively(place: Place, step: Extract<Step, { do: "native-start" | "native-resume" }>): Promise<Report> {
  const harness = await loadDefault<NativeHarness>(place.harness);
  const setting = caseOf(place.caseId).setting(place.variant);
  const asks: Parameters<NativeHarness["open"]>[1] = ({ tool, args }) => setting.policy.check({ tool, args }).type === "ask";
  const scenario = scenarioOf(setting, place.dir, place.kill);
  const native = await byHarness(place.harness, "open", () => harness.open(scenario, asks, place.dir));
  const { threadId } = step;
  const before = await native.transcript(threadId).then(({ requests }) => requests, () => 0); // prettier-ignore
  try {
    const run = step.do === "native-start" ? native.start(threadId, step.input) : native.resume(threadId, step.answers);
    const report: Report = await run.then((status) => ({ status }), failure);
    const waiting = report.status === "completed" ? [] : await native.pending(threadId).catch(() => []);
    const pending = waiting.map(({ callId, tool, args }): PendingCall => ({
      id: callId,
      digest: "",
      tool,
      args: args as PendingCall["args"],
      requestedBy: undefined,
      revises: undefined,
    }));
    const { messages, requests } = await native.transcript(threadId);
    return { ...report, pending, transcript: messages, requests: requests - before };
  } finally {
    await native.close?.();
  }
}
