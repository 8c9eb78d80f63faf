import type { ModelMessage } from "ai";

/** On a user's message that replaces an earlier one. Providers leave options alone that aren't theirs. */
export interface EditMark {
  /** How often the conversation had been changed by then. */
  readonly edit: number;
  /** Does its first part tell what happened behind the message that it replaces? */
  readonly note: boolean;
}
const OURS = "countersign";

export function editMarkOf({ providerOptions }: ModelMessage): EditMark | undefined {
  return providerOptions?.[OURS] as EditMark | undefined;
}

export function withEditMark(message: ModelMessage, mark: EditMark): ModelMessage {
  return { ...message, providerOptions: { ...message.providerOptions, [OURS]: { ...mark } } };
}
