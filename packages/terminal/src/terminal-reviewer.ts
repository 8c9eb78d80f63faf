import { userInfo } from "node:os";
import { approve, reject, type ApprovalRequest, type Decision, type Principal, type Reviewer, type ReviewOptions } from "@countersign/core";
import { demandOptions } from "@countersign/core/surface";
import { completed } from "./completed.ts";
import type { Dialogue, Sitting } from "./dialogue.ts";
import { reviewersEdit } from "./edit/reviewers-edit.ts";
import { inDialogue } from "./in-dialogue.ts";
import { originHere } from "./origin-here.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { showsOnly } from "./shows-only.ts";
import { styleFor } from "./style.ts";
import { Unanswered } from "./unanswered.ts";

/** Shared by all reviewers of the process: there is one terminal. */
const inTurn = oneAtATime();

/**
 * Asks the person at this terminal, one request at a time: all of it is shown, and what was shown is what is signed. Enter
 * decides nothing. Without a terminal (a pipe, a service) requests stay pending.
 * @param options.as Who signs. Default: the user of the operating system, without roles.
 * @example createGate({ policy, store, reviewer: terminalReviewer({ as: { id: "alice", roles: ["finance"] } }) })
 * @throws SETUP for an option that there isn't
 */
export function terminalReviewer(options: { as?: Principal | undefined } = {}): Reviewer {
  demandOptions(options, ["as"], 'terminalReviewer({ as: { id: "alice", roles: ["finance"] } })');
  const as: Principal = options.as ?? { id: userInfo().username, kind: "person" };
  return {
    as,
    origin: originHere(),
    completes: true,
    review: async (request, review) => {
      const { stdin, stderr } = process;
      if (!stdin.isTTY || !stderr.isTTY) return undefined;
      return inTurn(async () => (review.signal.aborted ? undefined : reviewed(request, as, review)));
    },
  };
}

async function reviewed(request: ApprovalRequest, by: Principal, options: ReviewOptions): Promise<Decision | undefined> {
  const { signal, unconfirmed } = options;
  // A reviewer that wraps this one may have handed on less.
  const { current, background }: Partial<ReviewOptions> = options;
  const { stdin: input, stderr: output } = process;
  const sitting: Sitting = {
    tty: { input, output },
    style: styleFor(output),
    by,
    signal,
    current: current ?? (() => Promise.resolve(request)),
    background,
  };
  try {
    const { answer } = await inDialogue(sitting, request, (dialogue) => {
      // The decision counts for the request that the gate has asked about: it asks about the other one as well.
      if (dialogue.request.proposal.digest !== request.proposal.digest) throw new Unanswered("changed");
      if (!unconfirmed) return decided(dialogue, sitting, options);
      const { decision, paths } = unconfirmed;
      return decision.type === "reject" ? Promise.resolve(undefined) : completed(dialogue, decision, paths);
    });
    return answer;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    if (error.why !== "closed") output.write(`${SAID[error.why]}\n`);
    // The key was meant for the program.
    if (error.why === "interrupted") process.kill(process.pid, "SIGINT");
    return undefined;
  }
}

const SAID = {
  no: "Left pending.",
  changed: "The arguments were changed while you looked. Nothing was signed. You are asked about what would run now.",
  interrupted: "Left pending.",
  over: "No longer waiting: somebody else has decided, or the time is up.",
  "taken back": "No longer waiting: somebody else has decided, or the time is up.",
} as const;

const WORDS = { approve: "a = approve", edit: "e = edit", reject: "r = reject" } as const;

async function decided(dialogue: Dialogue, sitting: Sitting, options: ReviewOptions): Promise<Decision | undefined> {
  const { may } = dialogue.review;
  const offered = (["approve", "edit", "reject"] as const).filter((type) => may[type].allowed);
  if (offered.length === 0) {
    showsOnly(sitting, dialogue.review, may.approve.allowed ? undefined : may.approve.reason);
    return undefined;
  }
  const keys = offered.map((type) => type.charAt(0) as "a" | "e" | "r");
  const key = await dialogue.key(`${offered.map((type) => WORDS[type]).join(", ")}, Enter = leave it pending `, keys);
  if (key === "e") return reviewersEdit(dialogue, sitting, options);
  return key === "a" ? approved(dialogue) : rejected(dialogue);
}

async function approved(dialogue: Dialogue): Promise<Decision> {
  const confirm = await dialogue.typed();
  await dialogue.sign("Sign this?");
  return approve(confirm && { confirm });
}

async function rejected(dialogue: Dialogue): Promise<Decision> {
  const why = await dialogue.line("Why? The model is told. ");
  const then = await dialogue.key("Reject it, and then? c = the model plans on, r = it may revise, s = stop, Enter = leave it pending ", [
    "c",
    "r",
    "s",
  ]);
  return reject(why || undefined, { then: THEN[then] });
}

const THEN = { c: "continue", r: "revise", s: "stop" } as const;
