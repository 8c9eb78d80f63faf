import { gunzipSync } from "node:zlib";
import type { Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { RunState, type Agent } from "@openai/agents";

const GZIPPED = 2;

/** The paused run of a thread, as an application with its own loop would hold it. Undefined: it isn't paused. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export async function savedState(gate: Gate, agent: Agent<any, any>, threadId: string): Promise<RunState<any, any> | undefined> {
  const record = await (gate.store as StorePort).getThread("default", threadId);
  if (!record?.continuation) return undefined;
  const [encoding] = record.continuation;
  const body = record.continuation.slice(1);
  const text = new TextDecoder().decode(encoding === GZIPPED ? gunzipSync(body) : body);
  const { data } = JSON.parse(text) as { data: { type: string; state?: string } };
  return data.state === undefined ? undefined : RunState.fromString(agent, data.state);
}
