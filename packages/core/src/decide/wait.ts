import { z } from "zod";
import type { Duration } from "../contract/json.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { durationMs } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput, signalSchema } from "../errors/parse-input.ts";
import { shown } from "../errors/shown.ts";
import { readId } from "../gate/given.ts";
import type { Kernel } from "../kernel.ts";
import { nextChange } from "../ledger/next-change.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { RequestRecord } from "../store/records.ts";
import { expireIfOverdue } from "./deadline.ts";

const POLL_MIN = 25;
const POLL_MAX = 1_000;

/** Until the request is no longer pending. @throws what the signal was aborted with */
export async function untilDecided(kernel: Kernel, id: string, signal: AbortSignal): Promise<RequestRecord> {
  for (let pause = POLL_MIN; ; pause = Math.min(pause * 2, POLL_MAX)) {
    const hint = nextChange(kernel.ledger, pause, signal);
    try {
      signal.throwIfAborted();
      const record = await expireIfOverdue(kernel, id);
      if (record.state !== "pending") return record;
      await hint.arrived;
    } finally {
      hint.cancel();
    }
  }
}

const CALL = 'gate.wait(request.id, { timeout: "15m" })';
const optionsSchema = z.lazy(() => z.strictObject({ signal: signalSchema.optional(), timeout: z.unknown().optional() }));

/** @throws INVALID_ARGS, REQUEST_NOT_FOUND, TIMEOUT, the signal's reason */
export async function wait(
  kernel: Kernel,
  id: string,
  given: { signal?: AbortSignal | undefined; timeout?: Duration | undefined } = {},
): Promise<ApprovalRequest> {
  readId(id, CALL);
  parseInput(optionsSchema, given, "options", `Write ${CALL}.`);
  const { signal, timeout } = given;
  const after = timeout === undefined ? undefined : durationMs(timeout);
  if (timeout !== undefined && after === undefined) {
    const note = 'Write milliseconds, or text such as "90s" or "15m".';
    throw new CountersignError("INVALID_ARGS", { issues: [{ path: ["timeout"], message: `got ${shown(timeout)}` }] }, { note });
  }
  const over = new AbortController();
  const abort = (): void => over.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const timer = after === undefined ? undefined : longTimeout(() => over.abort(new CountersignError("TIMEOUT", { after })), after);
  try {
    return toRequest(await untilDecided(kernel, id, over.signal));
  } finally {
    timer?.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/** `setTimeout` fires at once beyond this. */
const MAX_TIMEOUT = 2_147_483_647;

function longTimeout(fire: () => void, ms: number): { cancel(): void } {
  let timer = setTimeout(next, Math.min(ms, MAX_TIMEOUT));
  function next(): void {
    ms -= MAX_TIMEOUT;
    if (ms <= 0) fire();
    else timer = setTimeout(next, Math.min(ms, MAX_TIMEOUT));
  }
  return { cancel: () => clearTimeout(timer) };
}
