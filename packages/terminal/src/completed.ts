import type { Decision } from "@countersign/core";
import type { Dialogue } from "./dialogue.ts";

/**
 * The same decision, with what it lacks: something has to be typed for it, and was not, or was something else. An edit may come
 * under terms that nobody could see before.
 * @param paths of the arguments whose values have to be typed
 */
export async function completed(
  dialogue: Dialogue,
  decision: Exclude<Decision, { type: "reject" }>,
  paths: readonly string[],
): Promise<Decision> {
  if (decision.type === "edit") await dialogue.propose({ ...decision.args });
  dialogue.say("Nothing was signed yet: something has to be typed for it, or something else than was typed.");
  const typed = await dialogue.typed(paths);
  await dialogue.sign("Sign this?");
  const earlier = typeof decision.confirm === "object" ? decision.confirm : {};
  return { ...decision, confirm: { ...earlier, ...typed } };
}
