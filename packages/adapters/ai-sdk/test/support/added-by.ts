import type { ModelMessage } from "ai";

/** What a run has added to the conversation. Version 6 keeps it elsewhere. */
export function addedBy(result: {
  readonly response: object;
  readonly responseMessages?: readonly ModelMessage[];
}): readonly ModelMessage[] {
  return result.responseMessages ?? (result.response as { readonly messages: readonly ModelMessage[] }).messages;
}
