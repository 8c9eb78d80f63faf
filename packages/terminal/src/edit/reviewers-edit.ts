import type { ApprovalRequest, Decision, ReviewOptions } from "@countersign/core";
import type { Dialogue, Sitting } from "../dialogue.ts";
import { EditLeft } from "./edit-left.ts";
import { Edit } from "./edit.ts";

/**
 * An edit that the gate signs, not we: when it has, the text goes. Else it's kept, and whoever is asked again goes on with it.
 * @throws what the dialogue throws
 */
export async function reviewersEdit(
  dialogue: Dialogue,
  { tty: { output }, by }: Sitting,
  { signal, current }: ReviewOptions,
): Promise<Decision | undefined> {
  const edit = new Edit();
  const leave = (): void => {
    const kept = edit.leave();
    if (kept !== undefined) output.write(`${kept}\n`);
  };
  const { version } = dialogue.request;
  const isMine = ({ decisions, ...now }: ApprovalRequest): boolean => now.version !== version && decisions.at(-1)?.by.id === by.id;
  try {
    const decision = await edit.at(dialogue);
    const over = (): Promise<void> => current().then((now) => (isMine(now) ? edit.signed() : leave()), leave);
    signal.addEventListener("abort", () => void over(), { once: true });
    return decision;
  } catch (error) {
    if (!(error instanceof EditLeft)) {
      leave();
      throw error;
    }
    output.write(`${error.message}\n`);
    return undefined;
  }
}
