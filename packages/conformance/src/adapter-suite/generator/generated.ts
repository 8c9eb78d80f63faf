import type { AdapterCase, Call, Setting, Turn } from "../setting.ts";
import { calls, payment, payments, reading, says, DEADLY } from "../cases/payments.ts";
import { play, worldFor } from "./play.ts";
import { Random } from "./random.ts";

/** So many run by default; any other seed can be named. */
const SEEDS = 10;

function seeded(seed: number): AdapterCase {
  return {
    id: `generated.seed-${seed}`,
    title: `A random run with restarts, kills, edits and rejections keeps every promise (seed ${seed}).`,
    guards: "Promises that hold one by one, but not together.",
    needs: ["durable"],
    setting: (variant) => settingOf(seed, variant),
    run: (stage) => play(stage, new Random(seed ^ 0x5eed), settingOf(seed, worldFor(stage))),
  };
}

export const generated: readonly AdapterCase[] = Array.from({ length: SEEDS }, (_, n) => seeded(n + 1));

export function seededCase(id: string): AdapterCase | undefined {
  const [, seed] = /^generated\.seed-(\d{1,9})$/.exec(id) ?? [];
  return seed === undefined ? undefined : seeded(Number(seed));
}

/** `variant`: what the framework can't do. */
function settingOf(seed: number, variant: string): Setting {
  const serial = variant.includes("serial");
  const unique = variant.includes("unique");
  const random = new Random(seed);
  const idempotent = random.chance(0.3);
  const turns: Turn[] = [];
  let used = 0;
  for (let turn = random.whole(1, 4); turn > 0; turn--) {
    const many = serial ? 1 : random.whole(1, 4);
    // Ids repeat from turn to turn, as models repeat them: all of a turn, or none. A mixture has a case of its own.
    const prefix = !unique && (used === 0 || many <= used) ? "call" : `call${turn}`;
    if (prefix === "call") used = Math.max(used, many);
    turns.push(calls(...Array.from({ length: many }, (_, index) => callOf(random, `${prefix}_${index}`, `payee ${turn}.${index}`))));
  }
  return payments([...turns, says()], { ...DEADLY, idempotent });
}

/** Payees tell calls apart. */
function callOf(random: Random, id: string, to: string): Call {
  if (random.chance(0.2)) return reading(id, to);
  return payment(id, random.chance(0.75) ? random.whole(1_001, 50_000) : random.whole(1, 1_000), to);
}
