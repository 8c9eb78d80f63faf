import type { Guard, Inspection, Offer, OfferedTool } from "../contract/inspection.ts";
import { CountersignError } from "../errors/error.ts";
import { internalsOf } from "../kernel.ts";
import { tellMisspelt } from "./rule-names.ts";

type Subject = Guard & Inspection;

/** When the runner is made. Undefined: there is more than can be seen at once. @throws SETUP */
export function inspectAtOnce(subject: Subject): readonly Offer[] | undefined {
  const { offers, rest } = subject.look();
  refuseUngated(subject, offers);
  if (rest) return undefined;
  refuseUnknownNames(subject, offers);
  return offers;
}

/** Before a run: all of it. @throws SETUP */
export async function inspect(subject: Subject): Promise<readonly Offer[]> {
  const { offers, rest } = subject.look();
  const all = rest ? [...offers, ...(await rest())] : offers;
  refuseUngated(subject, all);
  if (rest) refuseUnknownNames(subject, all);
  return all;
}

/**
 * A person signs a name and arguments: two tools of one list that a model calls by the same name could run for each other.
 * @throws SETUP naming both
 */
export function refuseLookalikes({
  tools,
  of,
}: { readonly tools: readonly Pick<OfferedTool, "name" | "calledAs">[] } & Pick<Offer, "of">): void {
  const byName = Map.groupBy(
    tools.filter(({ calledAs }) => calledAs !== undefined),
    ({ calledAs }) => calledAs,
  );
  for (const [calledAs, alike] of byName) {
    if (alike.length < 2) continue;
    const names = alike.map(({ name }) => name).join(" and ");
    throw setup(`The model calls several tools by one name, ${calledAs}: ${names}${whose(of)}. Give each tool its own name.`);
  }
}

/** For a gated tool that has another name by now: the policy would judge its calls by the one before. @throws SETUP */
export function refuseRenamed(name: string, gatedAs: string | undefined): void {
  if (gatedAs === undefined || gatedAs === name) return;
  throw setup(
    `The tool ${name} was gated as ${gatedAs}, and the policy would judge its calls by that name. Rename it first, and pass it to gateTools then.`,
  );
}

/** For tools that only the framework shows, in the middle of a run. @throws SETUP naming them */
export function refuseUngated({ runner, gate, ungated = [], remedy }: Guard, offers: readonly Offer[]): void {
  for (const offer of offers) refuseLookalikes(offer);
  const open = offers.flatMap(({ of, tools }) =>
    tools.filter((tool) => tool.gate !== gate && !ungated.includes(tool.name)).map((tool) => ({ ...tool, of })),
  );
  if (open.length === 0) return;
  const names = JSON.stringify([...new Set(open.map(({ name }) => name))]);
  const others = open.filter((tool) => tool.gate !== undefined);
  const twoGates = others.length > 0 ? ` Two gates: another gate than the runner's guards ${listOf(others)}. Pass one gate to both.` : "";
  throw setup(
    `Runner ${runner} has tools that its gate does not guard: ${listOf(open)}.${twoGates} ${remedy} ` +
      `To run them without a signature, name them: ungated: ${names}.`,
  );
}

/** Natively nobody looks at tools before a run: whatever no gate guards, or a misspelt rule, is told to the gate's `warn`, each name once. */
export function warnUngated({ gate, ungated = [], remedy }: Omit<Guard, "runner">, tools: readonly OfferedTool[]): void {
  const { kernel } = internalsOf(gate);
  tellMisspelt(kernel, tools);
  const told = warned.get(kernel) ?? new Set();
  warned.set(kernel, told);
  const open = tools.filter((tool) => tool.gate === undefined && !ungated.includes(tool.name) && !told.has(tool.name));
  // They may be names of a model's making.
  if (open.length === 0 || told.size > 1_000) return;
  for (const { name } of open) told.add(name);
  const names = JSON.stringify([...new Set(open.map(({ name }) => name))]);
  kernel.warn(`No gate guards ${listOf(open)}. ${remedy} To run it without a signature, name it: ungated: ${names}.`);
}
const warned = new WeakMap<object, Set<string>>();

/** A misspelt list must not pass in silence. */
function refuseUnknownNames({ runner, gate, ungated = [] }: Subject, offers: readonly Offer[]): void {
  const tools = offers.flatMap((offer) => offer.tools);
  for (const name of ungated) {
    const named = tools.filter((tool) => tool.name === name);
    if (named.some((tool) => tool.gate !== gate)) continue;
    if (named.length > 0) throw setup(`Runner ${runner}: ungated names ${name}, but the gate guards it. Take it out of the list.`);
    const there = [...new Set(tools.map((tool) => tool.name))].join(", ") || "none";
    throw setup(`Runner ${runner}: ungated names ${name}, but there is no such tool. Its tools: ${there}.`);
  }
}

function listOf(tools: readonly (OfferedTool & Pick<Offer, "of">)[]): string {
  return [...new Set(tools.map(({ name, of }) => name + whose(of)))].join(", ");
}

function whose(of: string | undefined): string {
  return of === undefined ? "" : ` (${of})`;
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}
