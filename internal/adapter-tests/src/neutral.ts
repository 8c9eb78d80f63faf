import { createRequire } from "node:module";
import { join } from "node:path";
import type { OpenAdapter, Scenario } from "@countersign/conformance";
import { CountersignError, type ApprovalRequest, type Gate, type JsonObject } from "@countersign/core";

/** What every adapter needs to be put under the conformance suite. */

type Runner = OpenAdapter["runner"];

/** What a scripted model says next: which turn it is follows from the history, as another process goes on in the middle. */
export function lineOf(
  turns: Scenario["turns"],
  responses: number,
): string | readonly { readonly id: string; readonly name: string; readonly args: JsonObject }[] {
  const turn = turns[responses] ?? { text: "" };
  if ("fails" in turn) throw new Error(turn.fails);
  if ("text" in turn) return turn.text;
  return turn.calls.map(({ id, tool, args }) => ({ id, name: tool, args }));
}

/** Names of the tools that the framework gets without the gate around them, and of those that the runner is told of. */
export function ungatedIn({ tools }: Scenario): { readonly open: readonly string[]; readonly meant: readonly string[] } {
  const open = tools.filter(({ ungated }) => ungated !== undefined);
  return { open: open.map(({ name }) => name), meant: open.filter(({ ungated }) => ungated === "meant").map(({ name }) => name) };
}

/** The newest request about a call, for frameworks whose own answers name calls. */
export async function requestFor(gate: Gate, threadId: string, callId: string): Promise<ApprovalRequest> {
  for (const request of (await gate.list({ threadId, order: "newest" })).items) {
    for await (const { type, data } of gate.history(request.id)) if (type === "asked" && data["callId"] === callId) return request;
  }
  throw new CountersignError("NATIVE_REFUSED", { threadId, reason: `no request for call ${callId}` });
}

/** The same runner, through its streams. */
export function throughStreams(runner: Runner): Runner {
  const consumed = async ({ stream, outcome }: Awaited<ReturnType<Runner["stream"]>>) => {
    // What breaks a stream is told by the outcome.
    const reading = Array.fromAsync(stream as AsyncIterable<unknown>).catch(() => {});
    await Promise.all([outcome, reading]);
    return outcome;
  };
  return {
    ...runner,
    start: async (...given) => consumed(await runner.stream(...given)),
    resume: async (...given) => consumed(await runner.resumeStream(...given)),
  };
}

/** Of a package that the module at `from` can import, whatever its exports hide. */
export function versionOf(name: string, from: string): string {
  const require = createRequire(from);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(join(folder, name, "package.json")) as { version: string }).version;
    } catch {
      // Not here: the next folder up.
    }
  }
  throw new Error(`${name} isn't installed for ${from}`);
}
