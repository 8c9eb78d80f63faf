import { afterFailure } from "./cases/after-failure.ts";
import { askingOnce } from "./cases/asking-once.ts";
import { checks } from "./cases/checks.ts";
import { counting } from "./cases/counting.ts";
import { deadlines } from "./cases/deadlines.ts";
import { deciding } from "./cases/deciding.ts";
import { editTerms } from "./cases/edit-terms.ts";
import { deploys } from "./cases/deploys.ts";
import { edits } from "./cases/edits.ts";
import { effects } from "./cases/effects.ts";
import { flooding } from "./cases/flooding.ts";
import { forging } from "./cases/forging.ts";
import { freezing } from "./cases/freezing.ts";
import { gatedTwice } from "./cases/gated-twice.ts";
import { kills } from "./cases/kills.ts";
import { masking } from "./cases/masking.ts";
import { natively } from "./cases/natively.ts";
import { nested } from "./cases/nested.ts";
import { once } from "./cases/once.ts";
import { outcomes } from "./cases/outcomes.ts";
import { parallel } from "./cases/parallel.ts";
import { perRun } from "./cases/per-run.ts";
import { providerRun } from "./cases/provider-run.ts";
import { rejections } from "./cases/rejections.ts";
import { remembering } from "./cases/remembering.ts";
import { reviewing } from "./cases/reviewing.ts";
import { streaming } from "./cases/streaming.ts";
import { threads } from "./cases/threads.ts";
import { unsigned } from "./cases/unsigned.ts";
import { values } from "./cases/values.ts";
import { waking } from "./cases/waking.ts";
import { wrapping } from "./cases/wrapping.ts";
import { generated, seededCase } from "./generator/generated.ts";
import type { AdapterCase } from "./setting.ts";

/** Every promise of adapters, by group. */
export const adapterCases: readonly AdapterCase[] = [
  ...unsigned,
  ...askingOnce,
  ...once,
  ...kills,
  ...effects,
  ...edits,
  ...editTerms,
  ...rejections,
  ...parallel,
  ...flooding,
  ...deciding,
  ...deadlines,
  ...reviewing,
  ...masking,
  ...remembering,
  ...counting,
  ...freezing,
  ...forging,
  ...waking,
  ...threads,
  ...afterFailure,
  ...values,
  ...outcomes,
  ...streaming,
  ...natively,
  ...nested,
  ...wrapping,
  ...gatedTwice,
  ...perRun,
  ...deploys,
  ...checks,
  ...providerRun,
  ...generated,
];

/** The same case in whatever process; also a generated one of any other seed. @throws Error for an id that no case has */
export function caseOf(id: string): AdapterCase {
  const found = adapterCases.find((each) => each.id === id) ?? seededCase(id);
  if (!found) throw new Error(`there is no adapter case ${id}`);
  return found;
}
