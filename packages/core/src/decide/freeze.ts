import { randomUUID } from "node:crypto";
import { threadSubject } from "../audit/subject.ts";
import { freezeScopeSchema, type Freeze, type FreezeScope } from "../contract/freeze.ts";
import type { Acting } from "../contract/gate.ts";
import { originNote } from "../contract/origin.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { readBy, readByAndReason, readId } from "../gate/given.ts";
import type { RequestQuery } from "../contract/request.ts";
import type { Kernel } from "../kernel.ts";
import { demandFreezes, putFreezes } from "../ledger/freezes.ts";
import { FREEZES } from "../ledger/reserved.ts";
import { persist } from "../ledger/persist.ts";
import { history } from "../ledger/subjects.ts";
import { allRules } from "../policy/compiled.ts";
import { didYouMean } from "../errors/did-you-mean.ts";
import { addressed, overlaps, ruleName } from "../policy/names.ts";

const SCOPE = 'Name what to freeze, { tool: "pay" } or { agent: "payments" }; {} freezes the whole tenant.';

/** @throws INVALID_ARGS */
export async function freeze(kernel: Kernel, scope: FreezeScope, options: Acting & { readonly reason: string }): Promise<Freeze> {
  const { ledger, freezes } = kernel;
  const { tool, agent } = parseInput(freezeScopeSchema, scope, "scope", SCOPE);
  const { by, origin, reason } = readByAndReason(
    options,
    'gate.freeze({ tool: "pay" }, { by: { id: "alice" }, reason: "wrong bank details" })',
  );
  const id = randomUUID();
  const frozen = await persist(async () => {
    const [{ inForce, record }, at] = await Promise.all([demandFreezes(ledger), ledger.now()]);
    // Written by a try of this same call that was never answered.
    const frozen = inForce.find((other) => other.id === id) ?? { id, tool, agent, by, reason, at };
    if (inForce.includes(frozen)) return frozen;
    const now = [...inForce, frozen];
    const writes = putFreezes(record, now, { type: "frozen", at, actor: by, note: { id, tool, agent, reason, ...originNote(origin) } });
    if (!(await ledger.commit(writes)).ok) return undefined;
    freezes.learn({ inForce: now, fence: record.fence + 1 });
    return frozen;
  });
  // It is in force: a store that can't be read any more takes nothing of that back.
  await tellUnknown(kernel, frozen).catch(() => {});
  return frozen;
}

/** Under a misspelt name it stops nothing, and whoever gave it relies on it. */
async function tellUnknown({ ledger, policy, warn }: Kernel, { tool, agent }: FreezeScope): Promise<void> {
  const isAsked = async (query: RequestQuery): Promise<boolean> => (await ledger.list({ ...query, limit: 1 })).items.length > 0;
  const rules = policy ? allRules(policy.compiled).map(({ name }) => name) : [];
  const isNamed = tool === undefined || tool.includes("*") || rules.some((rule) => overlaps(rule, ruleName(tool)));
  const unknown = [
    ...(isNamed || (await isAsked({ tool: addressed(tool).tool })) ? [] : [`tool ${tool}`]),
    ...(agent === undefined || (await isAsked({ agent })) ? [] : [`agent ${agent}`]),
  ];
  if (unknown.length === 0) return;
  const near = isNamed ? "" : didYouMean(tool, rules.map(({ text }) => text)); // prettier-ignore
  warn(`This freeze names ${unknown.join(" and ")}, and nothing was ever asked of that. A misspelt freeze stops nothing: lift it, and name what you mean.${near}`); // prettier-ignore
}

/** Lifting it again changes nothing. @throws INVALID_ARGS, FREEZE_NOT_FOUND */
export async function lift({ ledger, freezes }: Kernel, id: string, options: Acting): Promise<void> {
  readId(id, "gate.liftFreeze(freeze.id, { by })");
  const { by, origin } = readBy(options, 'gate.liftFreeze(freeze.id, { by: { id: "alice" } })');
  await persist(async () => {
    const [{ inForce, record }, at] = await Promise.all([demandFreezes(ledger), ledger.now()]);
    const left = inForce.filter((other) => other.id !== id);
    if (left.length === inForce.length) {
      for await (const { data } of history(ledger, threadSubject(FREEZES))) if (isAbout(data["note"], id)) return true;
      throw new CountersignError("FREEZE_NOT_FOUND", { id });
    }
    const writes = putFreezes(record, left, { type: "lifted", at, actor: by, note: { id, ...originNote(origin) } });
    if (!(await ledger.commit(writes)).ok) return undefined;
    freezes.learn({ inForce: left, fence: record.fence + 1 });
    return true;
  });
}

function isAbout(note: unknown, id: string): boolean {
  return typeof note === "object" && note !== null && "id" in note && note.id === id;
}
