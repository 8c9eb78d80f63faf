// SIGKILL at every moment of a transaction that several writes share.
import { once } from "node:events";
import { join } from "node:path";
import { commit, put, request, start, TENANT } from "@countersign/store-tests";
import { expect, test } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { folder } from "./folder.ts";
import { handedIn, REFUSED } from "./handed-in.ts";

interface Killed {
  /** Undefined: it came to its end before. */
  readonly signal: NodeJS.Signals | null;
  readonly answered: readonly { readonly n: number; readonly ok: boolean }[];
}

async function killedAt(moment: number, path: string): Promise<Killed> {
  const child = start(new URL("children/grouped.ts", import.meta.url), [path, String(moment)]);
  let text = "";
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { signal, answered: text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])) };
}

/** Which of them are there, each as a whole. */
async function wholeAt(path: string): Promise<readonly number[]> {
  await using store = sqliteStore(path);
  const whole: number[] = [];
  for (const n of handedIn.keys()) {
    const [record, owner] = [await store.getRequest(TENANT, `r${n}`), await store.getThread(TENANT, `t${n}`)];
    const events = await Promise.all([`r${n}`, `thread/t${n}`].map((subject) => store.listEvents(TENANT, undefined, 9, subject)));
    const traces = [record?.version, owner?.version, owner?.open, ...events.map((page) => page.events.length)];
    const isWhole = record !== undefined;
    expect(traces).toEqual(isWhole ? [1, 1, 1, 1, 1] : [undefined, undefined, undefined, 0, 0]);
    if (isWhole) whole.push(n);
  }
  // Whatever was left behind, it goes on.
  await commit(store, [put(request("after"))]);
  return whole;
}

const ALL = [...handedIn.keys()].filter((n) => n !== REFUSED);

test(
  "whoever was answered is there, whoever is there is whole, and the transaction happened or did not",
  { timeout: 300_000 },
  async () => {
    const home = folder();
    const seen = new Set<string>();
    const killedOnce = async (moment: number): Promise<boolean> => {
      const path = join(home, `${moment}.db`);
      const { signal, answered } = await killedAt(moment, path);
      const there = await wholeAt(path);
      expect([[], ALL]).toContainEqual(there);
      for (const { n, ok } of answered) expect([n, ok]).toEqual([n, there.includes(n)]);
      seen.add(`${there.length} there, ${answered.length} answered`);
      return signal === "SIGKILL";
    };
    // Until one comes to its end.
    for (let moment = 0, killed = true; killed; moment += 2) {
      killed = (await Promise.all([moment, moment + 1].map(killedOnce))).every(Boolean);
    }
    const answers = [0, 1, 2, 3].map((count) => `${ALL.length} there, ${count} answered`);
    expect([...seen].sort()).toEqual(["0 there, 0 answered", ...answers].sort());
  },
);
