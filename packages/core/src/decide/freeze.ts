import { randomUUID } from "node:crypto";
import { z } from "zod";
import { threadSubject } from "../audit/subject.ts";
import { freezeScopeSchema, type Freeze, type FreezeScope } from "../contract/freeze.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Kernel } from "../kernel.ts";
import { FREEZES, putFreezes, readFreezes } from "../ledger/freezes.ts";
import { persist } from "../ledger/ledger.ts";
import { history } from "../ledger/verify.ts";

/** @throws INVALID_ARGS */
export async function freeze(
  { ledger, freezes }: Kernel,
  scope: FreezeScope,
  options: { readonly by: Principal; readonly reason: string },
): Promise<Freeze> {
  const { tool, agent } = parseInput(freezeScopeSchema, scope, "scope");
  const { by, reason } = parseInput(z.object({ by: principalSchema, reason: z.string().min(1) }), options, "options");
  const id = randomUUID();
  return persist(async () => {
    const [{ inForce, record }, at] = await Promise.all([readFreezes(ledger), ledger.now()]);
    // Written by a try of this same call that was never answered.
    const frozen = inForce.find((other) => other.id === id) ?? { id, tool, agent, by, reason, at };
    if (inForce.includes(frozen)) return frozen;
    const now = [...inForce, frozen];
    const writes = putFreezes(ledger.tenant, record, now, {
      type: "frozen",
      at,
      actor: by,
      data: { id, tool, agent, reason },
    });
    if (!(await ledger.commit(writes)).ok) return undefined;
    freezes.learn(now, (record?.fence ?? 0) + 1);
    return frozen;
  });
}

/** Lifting it again changes nothing. @throws INVALID_ARGS, FREEZE_NOT_FOUND */
export async function lift({ ledger, freezes }: Kernel, id: string, options: { readonly by: Principal }): Promise<void> {
  const { by } = parseInput(z.object({ by: principalSchema }), options, "options");
  await persist(async () => {
    const [{ inForce, record }, at] = await Promise.all([readFreezes(ledger), ledger.now()]);
    const left = inForce.filter((other) => other.id !== id);
    if (left.length === inForce.length) {
      for await (const { data } of history(ledger, threadSubject(FREEZES))) if (data["id"] === id) return true;
      throw new CountersignError("FREEZE_NOT_FOUND", { id });
    }
    const writes = putFreezes(ledger.tenant, record, left, { type: "lifted", at, actor: by, data: { id } });
    if (!(await ledger.commit(writes)).ok) return undefined;
    freezes.learn(left, (record?.fence ?? 0) + 1);
    return true;
  });
}
