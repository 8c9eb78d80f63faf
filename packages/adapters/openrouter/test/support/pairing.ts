import type { InputItem } from "./request-body.ts";

export interface PairingRules {
  /** Some models count their calls anew in every turn. Then the id of an answered call may come again; default: refused. */
  readonly repeatedIds?: boolean;
}

/**
 * What a provider finds wrong with the calls and results of a conversation; undefined: nothing. As strict as the strictest
 * of them: all results stand right behind the calls of their turn, one for each, and nothing in between.
 */
export function pairingFault(items: readonly InputItem[], rules: PairingRules = {}): string | undefined {
  return itemFault(items) ?? callFault(items, rules);
}

/** Outputs are left out: the SDK makes their ids of those of their calls, and no provider minds. */
function itemFault(items: readonly InputItem[]): string | undefined {
  const ids = items.flatMap((item) => (item.type === "function_call_output" || item.id === undefined ? [] : [item.id]));
  const twice = ids.find((id, at) => ids.indexOf(id) < at);
  if (twice !== undefined) return `Duplicate item found with id ${twice}. Remove duplicate items from your input and try again.`;
  const lonely = items.find((item, at) => item.type === "reasoning" && !isModels(items[at + 1]));
  return lonely && `Item '${lonely.id}' of type 'reasoning' was provided without its required following item.`;
}

function isModels(item: InputItem | undefined): boolean {
  return item !== undefined && item.type !== "function_call_output" && (item.type !== "message" || item.role === "assistant");
}

function callFault(items: readonly InputItem[], { repeatedIds = false }: PairingRules): string | undefined {
  const open = new Set<string>();
  const answered = new Set<string>();
  let answering = false;
  for (const item of items) {
    if (item.type === "function_call") {
      if (answering && open.size > 0) return unanswered(open);
      if (open.has(item.call_id) || (answered.has(item.call_id) && !repeatedIds))
        return `Duplicate function call found with call_id ${item.call_id}.`;
      answering = false;
      open.add(item.call_id);
    } else if (item.type === "function_call_output") {
      if (!open.delete(item.call_id)) {
        const fault = answered.has(item.call_id) ? "Duplicate tool output found" : "No tool call found";
        return `${fault} for function call output with call_id ${item.call_id}.`;
      }
      answering = true;
      answered.add(item.call_id);
    } else if (open.size > 0 && (answering || item.type !== "reasoning")) {
      return unanswered(open);
    }
  }
  return open.size > 0 ? unanswered(open) : undefined;
}

function unanswered(open: ReadonlySet<string>): string {
  return `No tool output found for function call ${[...open].join(", ")}.`;
}
