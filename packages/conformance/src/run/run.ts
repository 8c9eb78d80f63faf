import { adapterSession, nativeSession } from "../adapter-suite/session.ts";
import { openCrews, type Crews } from "../adapter-suite/process/crews.ts";
import { Absent } from "../contract/absent.ts";
import type { CaseResult } from "../contract/case.ts";
import type { Subject } from "./harness-kind.ts";
import type { Session } from "./session.ts";
import { storeSession } from "./store-session.ts";

export interface RunOptions {
  /** Only these. */
  readonly ids?: readonly string[] | undefined;
  /** Cases at a time. Default 3. */
  readonly concurrency?: number | undefined;
  /** The module of a store harness, for adapters. Default: the suite's own store. */
  readonly store?: string | undefined;
  /** The processes of several suites. Default: some of this run's own. */
  readonly crews?: Crews | undefined;
  /** Of everything random in the store suite. */
  readonly seed?: number | undefined;
  readonly onResult?: ((result: CaseResult, done: number, of: number) => void) | undefined;
}

/** A session of the kind that the harness is of. Whoever opened the crews closes them. */
export function sessionOf(subject: Subject, crews: Crews, { store, seed }: Pick<RunOptions, "store" | "seed"> = {}): Session {
  switch (subject.kind) {
    case "adapter": {
      const own = subject.harness.store;
      return adapterSession(subject.url, subject.harness, crews, own === undefined ? store : String(own));
    }
    case "native":
      return nativeSession(subject.url, subject.harness, crews);
    case "store":
      return storeSession(subject.url, subject.harness, seed);
  }
}

/**
 * Tries every case, several at a time, and answers in the order of the list.
 * @throws Error for an id that no case has
 */
export async function runSuite(
  subject: Subject,
  { ids, concurrency = 3, store, crews: given, seed, onResult }: RunOptions = {},
): Promise<readonly CaseResult[]> {
  const crews = given ?? openCrews(concurrency);
  const session = sessionOf(subject, crews, { store, seed });
  try {
    const cases = ids ? ids.map((id) => named(session, id)) : session.cases;
    const results: CaseResult[] = [];
    const queue = cases.map((tried, index) => ({ tried, index }));
    let done = 0;
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { error: _, ...result } = await tryCase(session, next.tried);
        results[next.index] = result;
        onResult?.(result, ++done, cases.length);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return results;
  } finally {
    if (!given) crews.close();
  }
}

type AnyCase = Session["cases"][number];

function named(session: Session, id: string): AnyCase {
  const found = session.find?.(id) ?? session.cases.find((each) => each.id === id);
  if (found) return found;
  const close = session.cases.filter((each) => each.id.includes(id.split(".").at(-1) ?? id)).map((each) => each.id);
  throw new Error(`There is no case ${id}.${close.length > 0 ? ` Did you mean ${close.slice(0, 5).join(" or ")}?` : ""}`);
}

/** `error`: what a failed case threw. */
export async function tryCase(session: Session, tried: AnyCase): Promise<CaseResult & { readonly error?: unknown }> {
  const { id, title } = tried;
  const since = performance.now();
  const result = (status: CaseResult["status"], detail: string | undefined): CaseResult => ({
    id,
    title,
    status,
    detail,
    ms: Math.round(performance.now() - since),
  });
  const absent = session.absence(tried);
  if (absent !== undefined) return result("absent", absent);
  try {
    await session.play(tried);
    return result("passed", undefined);
  } catch (error) {
    if (error instanceof Absent) return result("absent", error.message);
    return { ...result("failed", error instanceof Error ? error.message : String(error)), error };
  }
}
