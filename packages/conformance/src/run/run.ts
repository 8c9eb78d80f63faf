import { relative } from "node:path";
import { adapterSession, nativeSession } from "../adapter-suite/session.ts";
import { openCrews, type Crews } from "../adapter-suite/process/crews.ts";
import { Absent } from "../contract/absent.ts";
import type { CaseResult } from "../contract/case.ts";
import { explain, whatDiffered } from "../explain/failure.ts";
import type { Section } from "../explain/section.ts";
import { unsuppressed } from "../explain/suppressed.ts";
import type { Subject } from "./harness-kind.ts";
import { nameOf } from "./load.ts";
import { selected } from "./select.ts";
import type { Session } from "./session.ts";
import { storeSession } from "./store-session.ts";

export interface RunOptions {
  /** Only these: ids, and beginnings of ids. */
  readonly cases?: readonly string[] | undefined;
  /** Begins no further case once one has failed. Those that were not begun have no result. */
  readonly bail?: boolean | undefined;
  /** Cases at a time. Default 3. */
  readonly concurrency?: number | undefined;
  /** The module of a store harness, for adapters. Default: the suite's own store. */
  readonly store?: string | undefined;
  /** The processes of several suites. Default: some of this run's own. */
  readonly crews?: Crews | undefined;
  /** Of everything random in the store suite. */
  readonly seed?: number | undefined;
  readonly onBegin?: ((id: string) => void) | undefined;
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
  { cases: wanted, bail = false, concurrency = 3, store, crews: given, seed, onBegin, onResult }: RunOptions = {},
): Promise<readonly CaseResult[]> {
  const crews = given ?? openCrews(concurrency);
  const session = sessionOf(subject, crews, { store, seed });
  try {
    const cases = selected(session, wanted);
    const results: CaseResult[] = [];
    const queue = cases.map((tried, index) => ({ tried, index }));
    let done = 0;
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        onBegin?.(next.tried.id);
        const result = await tryCase(session, next.tried);
        results[next.index] = result;
        if (bail && result.status === "failed") queue.length = 0;
        onResult?.(result, ++done, cases.length);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return results.filter((result) => result !== undefined);
  } finally {
    if (!given) crews.close();
  }
}

/** Never throws: what a failed case threw is explained in its result. */
export async function tryCase(session: Session, tried: Session["cases"][number]): Promise<CaseResult> {
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
  const told: Section[] = [];
  try {
    await session.play(tried, told);
    return result("passed", undefined);
  } catch (thrown) {
    const { error, atClose } = unsuppressed(thrown);
    if (error instanceof Absent) return result("absent", error.message);
    const explanation = explain(tried, error, [...atClose, ...told], again(session, id));
    return { ...result("failed", whatDiffered(error)), explanation };
  }
}

/** The command that tries this case alone. */
function again({ url, seed }: Session, id: string): string {
  const path = url.startsWith("file:") ? relative(process.cwd(), nameOf(url)) : nameOf(url);
  const harness = url.startsWith("file:") && !path.startsWith(".") ? `./${path}` : path;
  const [, generated] = /^generated\.seed-(\d+)$/.exec(id) ?? [];
  if (generated !== undefined) return `npx countersign-conformance ${harness} --seed ${generated}`;
  const seeded = id.startsWith("store.model.") && seed !== undefined ? ` --seed ${seed}` : "";
  return `npx countersign-conformance ${harness} --case ${id}${seeded}`;
}
