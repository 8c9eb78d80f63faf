/** A copy that shares nothing. Records are JSON and bytes: for JSON this is several times faster than `structuredClone`. */
export function copy<T>(value: T): T {
  return copied(value) as T;
}

/** @throws DataCloneError for a value that can't be copied */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!isPlain(value)) return isSimple(value) ? value : structuredClone(value);
  // An own `__proto__` comes along with the spread, and is then assigned to like any other key.
  const made: Record<string, unknown> = { ...value };
  for (const key of Object.keys(made)) made[key] = copied(made[key]);
  return made;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isSimple(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "undefined"].includes(typeof value);
}
