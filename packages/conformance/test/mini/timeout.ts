/** The framework waits no longer for a tool. Calls it off, and throws. */
export async function within<T>(ms: number | undefined, off: AbortController, tool: () => T | Promise<T>): Promise<T> {
  if (ms === undefined) return tool();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      off.abort();
      reject(new Error(`the tool takes longer than ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([tool(), over]);
  } finally {
    clearTimeout(timer);
  }
}
