import type { AgentRunner, RunOutcome, StreamedRun } from "@countersign/core";
import type { Drive } from "./neutral-adapter.ts";

interface Streamed {
  readonly fullStream: AsyncIterable<unknown>;
}

/** `start` and `resume` as they are; of a stream its parts. */
export const generated: Drive = (runner) => ({
  ...(runner as unknown as AgentRunner<string>),
  stream: async (...args) => parts(await runner.stream(...args)),
  resumeStream: async (...args) => parts(await runner.resumeStream(...args)),
});

/** Every step is streamed. */
export const streamed: Drive = (runner) => ({
  ...generated(runner),
  start: async (...args) => outcomeOf(await runner.stream(...args)),
  resume: async (...args) => outcomeOf(await runner.resumeStream(...args)),
});

function parts({ stream, outcome }: StreamedRun<Streamed, unknown>): StreamedRun<AsyncIterable<unknown>, unknown> {
  return { stream: stream.fullStream, outcome };
}

async function outcomeOf({ stream, outcome }: StreamedRun<Streamed, unknown>): Promise<RunOutcome<unknown>> {
  outcome.catch(() => {});
  await Array.fromAsync(stream.fullStream);
  return outcome;
}
