import { join } from "node:path";
import { createGate, isCountersignError, type Gate, type JsonObject } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { Scenario, StoreHarness } from "../../contract/harness.ts";
import { HarnessError, loadDefault } from "../../run/load.ts";
import { openedBy } from "../../run/open-store.ts";
import { caseOf } from "../catalogue.ts";
import { recordAround, recordEffect, recordEvaluation } from "../effects.ts";
import { journalStore } from "../journal/journal.ts";
import type { Setting } from "../setting.ts";
import { deadly } from "./deadly-store.ts";
import { die } from "./die.ts";
import type { Kill, Place } from "./order.ts";

/** One process's view of a case: its own gate over the case's one store. */
export interface World {
  readonly setting: Setting;
  readonly scenario: Scenario;
  readonly gate: Gate;
  /** A gate that only decides, as in a process that has neither policy nor tools. */
  readonly desk: Gate;
  /** Calls off the run that is resumed here. */
  readonly signal: AbortSignal | undefined;
  /** What the gates warned of, for people who look at a failed case. */
  readonly notes: string[];
  close(): Promise<void>;
}

export async function openWorld(place: Place): Promise<World> {
  const { kill, dir } = place;
  const off = place.calledOff ? new AbortController() : undefined;
  const setting = caseOf(place.caseId).setting(place.variant, () => recordEvaluation(dir));
  const opened = await openStore(dir, place.store);
  const store = kill ? deadly(opened, kill) : opened;
  const { policy, limits, reviewer, reviewWithin } = setting;
  const timings = (kill && setting.dying) ?? setting.timings;
  const notes: string[] = [];
  const warn = (message: string): void => void notes.push(`the gate warned: ${message}`);
  return {
    setting,
    notes,
    scenario: scenarioOf(setting, dir, kill, off),
    signal: off?.signal,
    gate: createGate({ policy, store, timings, limits, reviewer, reviewWithin, warn }),
    desk: createGate({ store, timings, warn }),
    close: () => store.close(),
  };
}

/** The suite's own store unless somebody wants to see the adapter on another one. */
export async function openStore(dir: string, module: string | undefined): Promise<StorePort> {
  if (module === undefined) return journalStore(join(dir, "journal.db"));
  const harness = await loadDefault<StoreHarness>(module);
  return openedBy(module, harness, join(dir, "store"));
}

/** The tools with their recorders: an effect is on record before its tool answers. */
export function scenarioOf(
  { tools, turns, subagents, around, check, perRun, gatedTwice, structured }: Setting,
  dir: string,
  kill: Kill | undefined,
  off?: AbortController,
): Scenario {
  let met = 0;
  const scenario: Scenario = {
    turns,
    ...(around ? { around: (args, run) => (recordAround(dir), around(args, run)) } : {}),
    ...(check && { check }),
    ...(perRun && { perRun }),
    ...(gatedTwice && { gatedTwice }),
    ...(structured && { structured }),
    tools: tools.map(({ name, args, answer, ungated, hosted, timeout }) => ({
      name,
      ...(ungated && { ungated }),
      ...(hosted && { hosted }),
      description: `The tool ${name} of the conformance suite.`,
      args,
      ...(timeout === undefined ? {} : { timeout }),
      effect: async (given: JsonObject, ofRun?: JsonObject): Promise<unknown> => {
        const fatal = kill?.point === "effect" && ++met === (kill.nth ?? 1);
        if (fatal && kill.when === "before") die();
        recordEffect(dir, name, given);
        if (fatal) die();
        off?.abort(new Error("nobody waits for it any more"));
        return answer ? answer(given, ofRun) : `ran ${name}`;
      },
    })),
  };
  if (!subagents) return scenario;
  return { ...scenario, subagents: subagents.map(({ name, turns }) => ({ name, turns, description: `The nested agent ${name}.` })) };
}

/** The code of a typed error, whatever of the harness it came out of. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof HarnessError) return codeOf(error.cause);
  return isCountersignError(error) ? error.code : undefined;
}
