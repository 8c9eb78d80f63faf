import { OpenRouter, type ModelResult, type Tool } from "@openrouter/agent";

/**
 * Drives a run of the SDK to its end, whether or not anybody reads it, and lets whoever comes later read all of it.
 * @throws what went wrong in it
 */
export async function finished(result: ModelResult<readonly Tool[]>): Promise<string> {
  forgiveReaders(result);
  // The first reader has the SDK pass on also what comes after the first answer; as long as one has not ended, all is kept.
  const reader = result.getFullResponsesStream()[Symbol.asyncIterator]();
  const first = reader.next();
  first.catch(() => {});
  try {
    await first;
    return await result.getText();
  } catch (error) {
    await drained(reader);
    throw error;
  }
}

/**
 * For each of its readers the SDK makes a promise of the whole run, and nobody handles it if the reader leaves early or if the
 * first answer breaks off: the process would end. What went wrong is the outcome of the run.
 */
function forgiveReaders(result: ModelResult<readonly Tool[]>): void {
  const reading = result as unknown as { startTurnBroadcasterExecution?(): { readonly executionPromise: Promise<unknown> } };
  const start = reading.startTurnBroadcasterExecution?.bind(result);
  if (!start) return;
  reading.startTurnBroadcasterExecution = () => {
    const started = start();
    started.executionPromise.catch(() => {});
    return started;
  };
}

/** The reader gets the error too, and it must not be left unhandled. */
async function drained(reader: AsyncIterator<unknown>): Promise<void> {
  try {
    while (!(await reader.next()).done);
  } catch {
    // It is on its way to the caller already.
  }
}

/** A stream that has nothing to say, as the SDK itself makes it. */
export function emptyStream(): ModelResult<readonly Tool[]> {
  const silent = { request: async () => Response.json(NOTHING), clone: () => silent } as never;
  return new OpenRouter({ apiKey: "none", httpClient: silent }).callModel({ model: "silent", input: [] });
}

const NOTHING = {
  id: "silent",
  object: "response",
  created_at: 0,
  completed_at: 0,
  status: "completed",
  model: "silent",
  output: [{ type: "message", id: "silent", role: "assistant", status: "completed", content: [] }],
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: null,
  frequency_penalty: null,
  presence_penalty: null,
  temperature: null,
  top_p: null,
  tool_choice: "auto",
  tools: [],
  parallel_tool_calls: true,
};
