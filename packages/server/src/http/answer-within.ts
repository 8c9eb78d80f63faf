import { HttpError } from "./problem.ts";

/**
 * What `work` answers, or NO_ANSWER when the time is over. The work is told by its signal and isn't waited for. What an answer
 * streams comes after that, and takes as long as it likes.
 * @param ms `Infinity`: as long as it takes
 */
export async function answerWithin<T>(ms: number, caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (ms === Infinity) return work(caller);
  const limit = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new HttpError("NO_ANSWER");
    reject(error);
    limit.abort(error);
  }, ms);
  try {
    return await Promise.race([work(AbortSignal.any([caller, limit.signal])), over]);
  } finally {
    clearTimeout(timer);
  }
}
