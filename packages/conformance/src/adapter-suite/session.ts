import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdapterHarness, NativeHarness } from "../contract/harness.ts";
import type { Session } from "../run/session.ts";
import { adapterCases } from "./catalogue.ts";
import { declares, type Capabilities } from "./capabilities.ts";
import { countersignStage } from "./countersign-stage.ts";
import { Diary } from "./diary.ts";
import { nativeStage } from "./native-stage.ts";
import { aroundWasCalled } from "./effects.ts";
import { seededCase } from "./generator/generated.ts";
import { judge } from "./oracle.ts";
import type { Crews } from "./process/crews.ts";
import { openStore } from "./process/world.ts";
import type { AdapterCase } from "./setting.ts";
import { schemaHint } from "./schema-hint.ts";
import { storyOf } from "./story.ts";

const UNWRAPPED =
  "The harness declares `wrapping`, and nothing called `scenario.around`. Put it around each gated tool, or don't declare `wrapping`.";

/** The adapter suite on one harness. `store`: the module of a store harness; default the suite's own store. */
export function adapterSession(
  url: string,
  { capabilities }: AdapterHarness,
  { agents, desks }: Crews,
  store?: string,
): Session<AdapterCase> {
  return {
    url,
    cases: adapterCases,
    find: seededCase,
    absence: ({ needs = [] }) => undeclared(needs, capabilities),
    play: (played, told) =>
      inFolder(async (dir) => {
        const diary = new Diary(dir);
        const port = await openStore(dir, store);
        const place = { caseId: played.id, dir, harness: url, store };
        const opened = countersignStage({ place, agents, desks, store: port, capabilities, diary });
        // What the case failed on must survive a store that can't be closed.
        await using stage = { ...opened, [Symbol.asyncDispose]: () => (opened.close(), port.close()) };
        try {
          await played.run(stage);
          if (played.needs?.includes("wrapping")) assert.ok(aroundWasCalled(dir), UNWRAPPED);
          await judge(stage.gate, played.setting(""), stage.effects(), diary.answers);
        } catch (error) {
          told.push(...schemaHint(error, played.setting("")), ...(await storyOf(diary, played.setting(""), stage.gate)));
          throw error;
        }
      }),
  };
}

/** The same cases on a framework's own approvals, where they make sense without Countersign. */
export function nativeSession(url: string, { capabilities }: NativeHarness, { agents }: Crews): Session<AdapterCase> {
  return {
    url,
    cases: adapterCases,
    absence: ({ native, needs = [] }) => (native ? undeclared(needs, capabilities) : "no native counterpart"),
    play: (played, told) =>
      inFolder(async (dir) => {
        const diary = new Diary(dir);
        const place = { caseId: played.id, dir, harness: url, store: undefined };
        try {
          await played.run(nativeStage(place, { capabilities, agents, diary }));
        } catch (error) {
          told.push(...(await storyOf(diary, played.setting(""), undefined)));
          throw error;
        }
      }),
  };
}

function undeclared(needs: readonly string[], capabilities: Capabilities): string | undefined {
  const missing = needs.filter((need) => !declares(capabilities, need));
  return missing.length > 0 ? `not declared: ${missing.join(", ")}` : undefined;
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "countersign-conformance-"));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
