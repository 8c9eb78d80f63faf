/** One call of a tool that may be called off. */
export interface Timed {
  /** Aborted as soon as it is: with its node, with the whole run, or by a timeout of its own. */
  readonly signal: AbortSignal | undefined;
  readonly within: <T>(work: () => Promise<T>) => Promise<T>;
}

interface CallingOff {
  readonly signal?: AbortSignal | undefined;
}

/** LangChain also ends a tool by the timeout of the tool's default config, with a signal that only the tool gets to see. */
export function timed(tool: unknown, ...configs: readonly (CallingOff | undefined)[]): Timed {
  const around = [...new Set(configs.flatMap((config) => config?.signal ?? []))];
  const ms = timeoutOf(tool);
  if (ms === undefined) return { signal: around.length > 1 ? AbortSignal.any(around) : around[0], within: (work) => work() };
  const timeout = new AbortController();
  return {
    signal: AbortSignal.any([timeout.signal, ...around]),
    within: async (work) => {
      // Set before LangChain's own, and so over before it.
      const timer = setTimeout(() => timeout.abort(), ms);
      try {
        return await work();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function timeoutOf(tool: unknown): number | undefined {
  const { defaultConfig } = (tool ?? {}) as { readonly defaultConfig?: { readonly timeout?: number | undefined } | undefined };
  return defaultConfig?.timeout;
}
