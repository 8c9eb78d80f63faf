import { userInfo } from "node:os";
import type { Principal } from "../contract/principal.ts";
import type { Reviewer } from "../contract/reviewer.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { prompt } from "./prompt.ts";

/** Shared by all reviewers of the process: there is one terminal. */
const inTurn = oneAtATime();

/**
 * Asks the person at this terminal, one request at a time, and shows the full arguments with hidden characters made
 * visible. Enter decides nothing. Without a terminal (a pipe, a service) requests stay pending.
 * @param options.as Who signs. Default: the user of the operating system, without roles.
 * @example createGate({ policy, store, reviewer: terminalReviewer({ as: { id: "alice", roles: ["finance"] } }) })
 */
export function terminalReviewer(options: { as?: Principal | undefined } = {}): Reviewer {
  return {
    as: options.as ?? { id: userInfo().username, kind: "person" },
    completes: true,
    review: async (request, { signal, unconfirmed }) => {
      const { stdin, stderr } = process;
      if (!stdin.isTTY || !stderr.isTTY) return undefined;
      return inTurn(async () => (signal.aborted ? undefined : prompt(request, signal, { input: stdin, output: stderr }, unconfirmed)));
    },
  };
}
