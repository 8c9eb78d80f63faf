import type { Batch, Committed, StorePort } from "@countersign/core/store";
import { brief } from "../explain/brief.ts";
import type { Section } from "../explain/section.ts";
import { within } from "./check.ts";
import { TENANT } from "./records.ts";
import { batchWords, committedWords } from "./words.ts";

/** So many calls are told of, the last ones. */
const CALLS = 25;
const RECORDS = 8;
const PATIENCE_MS = 3_000;

interface Told {
  /** Of its first and its last call, where several in a row were the same. */
  readonly from: number;
  readonly to: number;
  readonly words: string;
  /** Undefined: nothing came so far. */
  came: string | undefined;
}

/** What a case asked of its stores, and what came. */
export class CallLog {
  #told: readonly Told[] = [];
  #calls = 0;
  #stores = 0;
  readonly #touched = new Map<string, readonly [kind: "request" | "thread", tenant: string, id: string]>();
  #last: StorePort | undefined;

  /** The same store, whose calls are written down. */
  watched(store: StorePort): StorePort {
    const number = ++this.#stores;
    this.#last = store;
    return this.#watched(store, number, "");
  }

  /** @param prefix of the names of its methods */
  #watched<T extends object>(store: T, number: number, prefix: string): T {
    // The proxy stands for an object of its own: of a frozen store it might answer nothing but that store's own members.
    return new Proxy(Object.create(store) as T, {
      get: (_, name) => {
        const value: unknown = Reflect.get(store, name, store);
        if (name === "documents" && typeof value === "object" && value !== null) return this.#watched(value, number, "documents.");
        if (typeof value !== "function") return value;
        // On the store itself: a class may have members that a proxy can't reach.
        const call = (args: readonly unknown[]): unknown => Reflect.apply(value, store, args);
        return (...args: readonly unknown[]) =>
          typeof name === "string" ? this.#call(number, `${prefix}${name}`, args, () => call(args)) : call(args);
      },
    });
  }

  async sections(): Promise<readonly Section[]> {
    if (this.#calls === 0) return [];
    const told = folded(this.#told);
    const left = (told[0]?.from ?? 1) - 1;
    const heading = left > 0 ? `What the case asked, and what came: the last ${this.#calls - left} of ${this.#calls} calls` : "What the case asked, and what came"; // prettier-ignore
    const records = await this.#recordLines();
    const lines = told.map(toldLine);
    return [{ heading, lines }, ...(records.length > 0 ? [{ heading: "The records that it wrote, as they are now", lines: records }] : [])];
  }

  #call(number: number, name: string, args: readonly unknown[], call: () => unknown): unknown {
    const n = ++this.#calls;
    const entry: Told = { from: n, to: n, words: `${this.#stores > 1 ? `[store ${number}] ` : ""}${wordsOf(name, args)}`, came: undefined };
    const told = (came: string): void => void (entry.came = came);
    this.#told = [...folded(this.#told), entry].slice(-CALLS);
    if (name === "commit") this.#touch(args[0] as Batch);
    try {
      const answer = call();
      if (answer instanceof Promise) {
        answer.then(
          (value) => told(answerWords(name, args, value)),
          (error: unknown) => told(`threw ${brief(error, 300)}`),
        );
      } else told(brief(answer));
      return answer;
    } catch (error) {
      told(`threw ${brief(error, 300)}`);
      throw error;
    }
  }

  #touch({ tenant, changes }: Batch): void {
    for (const change of changes) {
      if (change.op !== "put" || change.kind === "grant") continue;
      const key = `${change.kind} ${change.record.id}${tenant === TENANT ? "" : ` of tenant ${brief(tenant, 40)}`}`;
      this.#touched.delete(key);
      this.#touched.set(key, [change.kind, tenant, change.record.id]);
      if (this.#touched.size > RECORDS) this.#touched.delete(this.#touched.keys().next().value ?? "");
    }
  }

  /** As far as the store still answers. */
  async #recordLines(): Promise<readonly string[]> {
    const store = this.#last;
    if (!store) return [];
    return Promise.all(
      [...this.#touched].map(async ([key, [kind, tenant, id]]) => {
        const reading = async (): Promise<unknown> => (kind === "request" ? store.getRequest(tenant, id) : store.getThread(tenant, id));
        return within(PATIENCE_MS, "reading it", reading()).then(
          (record) => `${key}: ${record === undefined ? "none" : brief(record, 500)}`,
          (error: unknown) => `${key}: can't be read now: ${brief(error)}`,
        );
      }),
    );
  }
}

/** Whoever waits asks the same again and again: what came the same each time is one line. */
function folded(all: readonly Told[]): readonly Told[] {
  const lines: Told[] = [];
  for (const told of all) {
    const last = lines.at(-1);
    const again = last !== undefined && told.came !== undefined && last.words === told.words && last.came === told.came;
    if (again) lines[lines.length - 1] = { ...last, to: told.to };
    else lines.push(told);
  }
  return lines;
}

function toldLine({ from, to, words, came = "no answer so far" }: Told): string {
  const number = from === to ? `${from}.` : `${from} to ${to}. ${to - from + 1} ×`;
  return `${number} ${words} → ${came}`;
}

function answerWords(name: string, [, after]: readonly unknown[], value: unknown): string {
  if (name === "commit") return committedWords(value as Committed);
  if (name === "listEvents" && isNothingNew(value, after)) return "nothing new";
  return brief(value, 300);
}

function isNothingNew(value: unknown, after: unknown): boolean {
  const { events, position } = (value ?? {}) as { readonly events?: readonly unknown[]; readonly position?: unknown };
  return events?.length === 0 && position === after;
}

function wordsOf(name: string, args: readonly unknown[]): string {
  if (name === "commit") {
    const [batch] = args as readonly [Batch];
    return `${batchWords(batch)}${batch.tenant === TENANT ? "" : ` in tenant ${brief(batch.tenant, 40)}`}`;
  }
  return `${name}(${args.map((arg) => brief(arg, 120)).join(", ")})`;
}
