import { isApiError, type Client, type Heard } from "@countersign/server/client";
import { backOff } from "./back-off.ts";
import type { Waking } from "./waking.ts";

/** Ms: the server says every 15 s that it is there. Somebody who looks at the page again doesn't wait so long. */
const SILENCE = 35_000;
const SILENCE_ON_LOOK = 20_000;
/** Ms: all tabs tell of one waking, and what it has begun is left alone. */
const YOUNG = 2_000;
/** Failures in a row: until then it may be a server that starts again. */
const FEW = 2;

/** `connecting`: there is no stream, and there soon is one. `offline`: there is none, and nobody knows when. */
export type LiveState = "connecting" | "live" | "offline";

interface FollowOptions {
  readonly client: Client;
  /** From where on. Undefined: from now on. */
  readonly position: () => string | undefined;
  readonly onHeard: (heard: Heard) => void;
  /** There was no position to go on from: what happened before this one is unknown. */
  readonly onGap: (position: string) => void;
  readonly onState: (state: LiveState) => void;
  readonly onFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A stream that is kept open. */
export interface Following {
  /** Something happened after which it may be gone. */
  wake(waking: Waking): void;
  /** Looks whether it has been silent for too long. */
  look(): void;
}

/** Keeps a stream of live events open until the signal aborts, and goes on where it was whenever it breaks. */
export function follow({ client, position, onHeard, onGap, onState, onFailure, signal }: FollowOptions): Following {
  let connection = new AbortController();
  let began = 0;
  let heardAt = 0;
  let wokenAt = 0;
  let failures = 0;
  let endPause = (): void => {};

  async function listen(): Promise<void> {
    const { signal: ended } = connection;
    const either = { signal: AbortSignal.any([signal, ended]) };
    const after = position() ?? (await freshPosition(either));
    for await (const heard of client.listen({ after }, either)) {
      heardAt = Date.now();
      if (heardAt - began > YOUNG) failures = 0;
      onState("live");
      onHeard(heard);
    }
  }

  async function freshPosition(options: { readonly signal: AbortSignal }): Promise<string> {
    const fresh = await client.listEvents({}, options);
    onGap(fresh.position);
    return fresh.position;
  }

  /** One stream, from its beginning to its end. Answers for how many ms to wait then. */
  async function once(): Promise<number> {
    connection = new AbortController();
    began = heardAt = Date.now();
    try {
      await listen();
      return backOff(failures++, { isHidden: isHidden() });
    } catch (error) {
      if (signal.aborted || connection.signal.aborted) return 0;
      failures++;
      onFailure(error);
      if (isRefusedPosition(error)) await freshPosition({ signal }).catch(onFailure);
      return backOff(failures, { isHidden: isHidden(), retryAfter: isApiError(error) ? error.retryAfter : undefined });
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const wait = await once();
      if (signal.aborted) return;
      onState(failures > FEW || !navigator.onLine ? "offline" : "connecting");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  function again(): void {
    failures = 0;
    endPause();
    connection.abort();
  }

  signal.addEventListener("abort", () => endPause());
  void run();
  return {
    wake(waking) {
      const now = Date.now();
      if (now - wokenAt < YOUNG) return;
      wokenAt = now;
      if (waking === "network" || now - heardAt > SILENCE_ON_LOOK) again();
      else endPause();
    },
    look() {
      if (Date.now() - heardAt > SILENCE) again();
    },
  };
}

function isHidden(): boolean {
  return document.visibilityState === "hidden";
}

/** It is another store's, or of before a restore. What is only in the way now passes. */
function isRefusedPosition(error: unknown): boolean {
  return isApiError(error) && [400, 404, 410, 422].includes(error.status) && error.code !== "NOT_COUNTERSIGN";
}
