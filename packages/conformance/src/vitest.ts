import { demandOptions } from "@countersign/core/policy";
import { afterAll, beforeAll, describe, it } from "vitest";
import { adapterCases } from "./adapter-suite/catalogue.ts";
import { openCrews, type Crews } from "./adapter-suite/process/crews.ts";
import type { Case, CaseResult } from "./contract/case.ts";
import { moduleUrl, storeUrl, subjectAt, type Subject } from "./run/harness-kind.ts";
import { nameOf } from "./run/load.ts";
import { sessionOf, tryCase } from "./run/run.ts";
import { save } from "./run/saved.ts";
import type { Session } from "./run/session.ts";
import { storeCases } from "./store-suite/cases.ts";

/** A process may have to be waited for, on a slow machine with several cases at a time. */
const TIMEOUT_MS = 180_000;
/** What the processes of a test file are enough for. How many cases vitest begins at once is its own `maxConcurrency`. */
const CASES_AT_ONCE = 6;

/** Of all suites of a test file. */
let crews: Crews | undefined;

export interface TestAdapterOptions {
  /** The module of a store harness to run the adapter on. Default: the one that the harness names, else the suite's own store. */
  readonly store?: string | URL | undefined;
}

/**
 * The adapter suite for vitest: each case a test of its own, several at a time. `harness` is a module path with an
 * `AdapterHarness` as its default export: the suite loads it in other processes too.
 * @example testAdapter(new URL("./my.harness.ts", import.meta.url))
 * @throws SETUP for an option that there isn't
 */
export function testAdapter(harness: string | URL, options: TestAdapterOptions = {}): void {
  demandOptions(options, ["store"], 'testAdapter(harness, { store: "./store.harness.ts" })');
  testWith("adapter", harness, adapterCases, options.store);
}

/** The same cases on a framework's own approvals: what it has no counterpart for is skipped. */
export function testNative(harness: string | URL): void {
  testWith("native", harness, adapterCases);
}

/** The store suite for vitest. `harness` is a module path with a `StoreHarness` as its default export. */
export function testStore(harness: string | URL): void {
  testWith("store", harness, storeCases);
}

function testWith(
  kind: Subject["kind"],
  harness: string | URL,
  cases: readonly Pick<Case<never, string>, "id" | "title">[],
  store?: string | URL,
): void {
  afterAll(closeCrews);
  describe(`${kind} ${titleOf(harness)}`, { concurrent: true, timeout: TIMEOUT_MS }, () => {
    let session: Session | undefined;
    const results: CaseResult[] = [];
    beforeAll(async () => {
      const subject = await subjectAt(moduleUrl(harness));
      if (subject.kind !== kind) throw new Error(otherKind(subject, kind));
      crews ??= openCrews(CASES_AT_ONCE);
      session = sessionOf(subject, crews, { store: store === undefined ? undefined : await storeUrl(store) });
    }, TIMEOUT_MS);
    afterAll(() => {
      const folder = process.env["COUNTERSIGN_CONFORMANCE_RESULTS"];
      if (folder) save(folder, moduleUrl(harness), results);
    });
    // oxlint-disable-next-line vitest/expect-expect -- the cases assert
    it.for(cases.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a))))("$id: $title", async ({ id }, context) => {
      const tried = session?.cases.find((each) => each.id === id);
      if (!session || !tried) throw new Error(`the session has no case ${id}`);
      const { explanation, ...result } = await tryCase(session, tried);
      results.push(result);
      if (result.status === "absent") context.skip(result.detail);
      if (result.status === "failed") throw new CaseFailure(result, explanation);
    });
  });
}

/** It waits for one lease or deadline after the other: begun last, it would be waited for alone. */
function isLong({ id }: Pick<Case<never, string>, "id">): boolean {
  return id.startsWith("generated.") || id.startsWith("deadline.");
}

/** What vitest prints of a failed case. Its lines are in the message: a stack would show the suite's own. */
class CaseFailure extends Error {
  constructor({ id, detail }: CaseResult, explanation: string | undefined) {
    super(`${id}: ${detail}\n${explanation}`);
    this.name = "CaseFailure";
    this.stack = `${this.name}: ${this.message}`;
  }
}

const TESTED_BY: { readonly [K in Subject["kind"]]: string } = { adapter: "testAdapter", native: "testNative", store: "testStore" };

function otherKind({ kind, url }: Subject, asked: Subject["kind"]): string {
  return `${TESTED_BY[asked]} was given ${nameOf(url)}, which is ${kind === "adapter" ? "an" : "a"} ${kind}'s harness. Use ${TESTED_BY[kind]}.`;
}

function closeCrews(): void {
  crews?.close();
  crews = undefined;
}

function titleOf(harness: string | URL): string {
  return String(harness).split("/").at(-1) ?? "";
}
