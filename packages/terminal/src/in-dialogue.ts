import type { ApprovalRequest } from "@countersign/core";
import { Dialogue, type Sitting } from "./dialogue.ts";
import { Overtaken, Unanswered } from "./unanswered.ts";
import { happeningOf, standingOf, type Happening, type Standing } from "./watched.ts";

/**
 * Asks about a request until there is an answer about what was shown. If it changes meanwhile, it is shown and asked about
 * anew.
 * @param request as it was read last. It is looked at again only while a question stands
 * @param ask may ask several questions, and throws what they throw
 * @throws Unanswered, what `ask` throws, what reading the request throws
 * @example const { answer, request } = await inDialogue(sitting, request, (dialogue) => dialogue.key("Sign this? ", ["y"]))
 */
export async function inDialogue<T>(
  sitting: Sitting,
  request: ApprovalRequest,
  ask: (dialogue: Dialogue) => Promise<T>,
): Promise<{ readonly answer: T; readonly request: ApprovalRequest; readonly shown: Standing }> {
  let seen: ApprovalRequest | undefined;
  let now = await standingOf(sitting, request);
  for (let news: string | undefined; now;) {
    const shown: Standing = now;
    const past = happeningOf(shown, shown, Date.now());
    if (past) throw new Unanswered("over", past.request);
    const dialogue = new Dialogue(sitting, shown, seen);
    if (news !== undefined) dialogue.say(news);
    try {
      return { answer: await ask(dialogue), request: shown.request, shown };
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      news = NEWS[error.happening.kind];
      [seen, now] = [shown.request, error.happening];
    }
  }
  throw new Unanswered("over");
}

const NEWS: Readonly<Record<Happening["kind"], string>> = {
  over: "It can't be decided any more.",
  changed: "The arguments were changed while you looked. Nothing was signed. This is what would run now.",
  signed: "Somebody else has signed while you looked. Nothing of yours was signed. This is how it stands now.",
  frozen: "A freeze began or ended while you looked. Nothing was signed. This is how it stands now.",
};
