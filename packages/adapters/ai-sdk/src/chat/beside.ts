/** What an application's route adds to an answer. The model doesn't see it. */
export interface Beside {
  readonly metadata?: unknown;
  /** Data parts. `step`: how many steps of the answer stand before it. */
  readonly parts: readonly { readonly step: number; readonly type: string; readonly id: string; readonly data: unknown }[];
}

export function together(before: Beside | undefined, { metadata, parts }: Beside): Beside {
  const isReplaced = (old: Beside["parts"][number]): boolean => parts.some(({ type, id }) => type === old.type && id === old.id);
  return {
    metadata: merged(before?.metadata, metadata),
    parts: [...(before?.parts ?? []).filter((old) => !isReplaced(old)), ...parts],
  };
}

/** As a page merges what it is told of a message one after the other. */
export function merged(before: unknown, later: unknown): unknown {
  if (later === undefined || later === null) return before;
  return isObject(before) && isObject(later) ? { ...before, ...later } : later;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
