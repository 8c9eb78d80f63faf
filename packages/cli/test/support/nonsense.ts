// Nonsense: one clear line that says what to do, and an exit code; never a stack trace, never a change.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { officeOn, type Office } from "./office.ts";

/** What is typed, what it ends with, and what the line says. */
export type Case = readonly [args: readonly string[], code: number, says: string, env?: Readonly<Record<string, string>>];

export interface Typing {
  readonly office: () => Office;
  /** Each is a test. Side by side. */
  answers(cases: readonly Case[]): void;
  /** A test that comes last. */
  hasChangedNothing(): void;
}

/** An office, and beside it files that can't be used. */
export function typing(): Typing {
  let office: Office;
  let before: readonly AuditEvent[];
  const events = async (): Promise<readonly AuditEvent[]> => (await office.store.listEvents("default", undefined, 1_000)).events;

  beforeAll(async () => {
    office = await officeOn("sqlite");
    await office.asked();
    before = await events();
    const files = {
      "broken.yaml": "version: 1\ntools: { a: maybe }\n",
      "good.yaml": "version: 1\ntools: { a: ask }\n",
      "cases.yaml": "- nonsense\n",
      "empty.db": "",
      "empty.mjs": "export const nothing = 1;\n",
      "throws.mjs": "throw new Error('boom');\n",
      "foreign.db": "not a database at all, but a text that is long enough to look like one\n".repeat(100),
      "samples.ndjson": "{}\n",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(office.home, name), text);
    mkdirSync(join(office.home, "folder"));
  });
  afterAll(() => office.close());

  return {
    office: () => office,
    answers(cases) {
      it.concurrent.each(cases.map(([args, code, says, env = {}]) => ({ args, code, says, env })))(
        "$args",
        async ({ args, code, says, env }) => {
          const ended = await office.run(args, { env });
          expect(ended.stdout).toBe("");
          expect(ended.stderr).toContain(says);
          expect(ended.stderr).toMatch(/^countersign: /);
          expect(ended.stderr).not.toContain("\u001b");
          expect(ended.stderr).not.toContain("secret");
          expect(ended.stderr).not.toMatch(/^ +at /m);
          // A policy's mistakes are a line each.
          if (code !== 1) expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
          expect(ended.code).toBe(code);
        },
      );
    },
    hasChangedNothing() {
      it("has changed nothing", async () => {
        expect(await events()).toEqual(before);
      });
    },
  };
}
