import { Refusal, type Add, type Write } from "./write.ts";

/** The last value is the least that must be there before; null: anything. */
const COUNTERS = {
  thread: "UPDATE threads SET open = open + ? WHERE tenant = ? AND id = ? AND coalesce(open >= ?, true)",
  grant: "UPDATE grants SET uses = uses + ? WHERE tenant = ? AND id = ? AND coalesce(uses >= ?, true)",
} as const;

/** Additions without a floor that follow each other on one counter, in one write. */
interface Sum {
  readonly change: Add;
  readonly by: number;
}

/** Several additions to one counter count together, in order. */
export function adding(tenant: string, adds: readonly Add[]): readonly Write[] {
  return adds.reduce(sum, []).map(({ change, by }) => (connection) => {
    const { kind, id, floor } = change;
    const least = floor === undefined ? null : floor - by;
    if (connection.run(COUNTERS[kind], by, tenant, id, least) === 0) throw new Refusal("FLOOR", change);
  });
}

/** A suspend of 50 calls counts its thread up once, not 50 times. */
function sum(sums: readonly Sum[], change: Add): readonly Sum[] {
  const last = sums.at(-1);
  const together =
    last?.change.kind === change.kind && last.change.id === change.id && last.change.floor === undefined && change.floor === undefined;
  return together ? [...sums.slice(0, -1), { ...last, by: last.by + change.by }] : [...sums, { change, by: change.by }];
}
