import {
  isCountersignError,
  refusalToDecide,
  type ApprovalRequest,
  type Confirmation,
  type Decision,
  type ErrorCode,
} from "@countersign/core";
import { completed, inDialogue, showsOnly, styleFor, Unanswered, type Dialogue, type Sitting } from "@countersign/terminal";
import { acting, signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure } from "../failure.ts";
import { withNames } from "../settings/people.ts";
import { leftPending, refuse } from "./consent.ts";

/** What whoever signs has typed, by path, so that a value keeps its meaning where an edit comes under terms that want more. */
export type ByPath = Exclude<Confirmation, string | number | boolean | null>;

/**
 * Shows the request, asks, and signs what was shown, as it was shown last. What has to be typed, and was not or was something
 * else, is asked for until it is right.
 * @param ask answers what is signed after a yes
 * @throws Failure: left pending, or not theirs to decide
 */
export async function decideAt(
  desk: Desk,
  request: ApprovalRequest,
  type: Decision["type"],
  ask: (dialogue: Dialogue) => Promise<Decision>,
): Promise<ApprovalRequest> {
  const sitting = sittingFor(desk, request.id);
  let [shown, lacking]: [ApprovalRequest, Lacking | undefined] = [withNames(request, desk.config.people), undefined];
  for (;;) {
    const said = await answered(sitting, shown, (dialogue) => {
      refuseOrShow(sitting, dialogue, type);
      const isSame = lacking?.digest === dialogue.request.proposal.digest;
      return lacking && isSame ? completed(dialogue, lacking.decision, lacking.paths) : ask(dialogue);
    });
    try {
      return await desk.gate.decide(said.request, said.answer, { ...(await acting(desk)), via: "cli" });
    } catch (error) {
      const canBeTyped = isCountersignError(error, "NOT_CONFIRMED") && error.details.valueless.length === 0;
      if (!canBeTyped || said.answer.type === "reject") throw error;
      shown = said.request;
      lacking = { digest: shown.proposal.digest, decision: said.answer, paths: error.details.paths };
    }
  }
}

/** A decision that was refused because something has to be typed for it. */
interface Lacking {
  readonly digest: string;
  readonly decision: Exclude<Decision, { type: "reject" }>;
  readonly paths: readonly string[];
}

function sittingFor(desk: Desk, id: string): Sitting {
  const { gate, store, config } = desk;
  const current = async (): Promise<ApprovalRequest | undefined> => {
    const request = await gate.get(id);
    return request && withNames(request, config.people);
  };
  return {
    tty: { input: process.stdin, output: process.stderr },
    style: styleFor(process.stderr),
    by: signer(desk),
    current,
    background: (request) => gate.background(request),
    hints: (changed) => store.watch(changed),
  };
}

/** Nobody is asked for what they may not do: they are shown the request, and told why. */
function refuseOrShow(sitting: Sitting, { request, review }: Dialogue, type: Decision["type"]): void {
  const permission = review.may[type];
  if (permission.allowed) return;
  showsOnly(sitting, review);
  throw (
    refusalToDecide(request, type, { by: sitting.by, now: Date.now() }) ??
    new Failure(EXIT.refused, permission.reason, { code: permission.code as ErrorCode })
  );
}

async function answered(
  sitting: Sitting,
  request: ApprovalRequest,
  ask: (dialogue: Dialogue) => Promise<Decision>,
): Promise<{ readonly answer: Decision; readonly request: ApprovalRequest }> {
  try {
    return await inDialogue(sitting, request, ask);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    if (error.why === "interrupted") throw new Failure(EXIT.interrupted, "Nothing was changed.");
    if (error.why === "over") refuse(error.request ?? request, "approve");
    throw leftPending();
  }
}
