import { paired, type Comparison, type Sample, type Sides } from "./measure.ts";

/** What is measured, as a file of `operations/` exports it under this name. Another process can find it by its `url`. */
export interface Operations<Given> {
  readonly url: string;
  readonly open: (given: Given) => Promise<Opened>;
}

/** Operations of one kind on different data. What warms one of them warms them all. */
export interface Opened extends AsyncDisposable {
  readonly cases: readonly Comparison[];
  /** Warms each case by one operation, where the operations themselves take too long. Default: the operations of both sides. */
  readonly warmUp?: () => Promise<unknown>;
}

/** What one process is asked to do. */
export interface Plan {
  /** Which side goes first, in a process that has done nothing yet. */
  readonly side: keyof Sides;
  /** So many operations of that side are measured cold. */
  readonly cold: number;
  /** Then so many operations of both sides are not counted, and the rounds after them are. Absent: only cold. */
  readonly warm?: { readonly after: number; readonly rounds: number; readonly block: number };
  /** Then so many operations say where their time goes. */
  readonly profile?: number;
  /** Of this case alone. Absent: of each. */
  readonly of?: number;
}

/** For each case: the cold samples of one side, the warm ones of both, and the lines of the profile. */
export interface Measurement {
  readonly cold: readonly (readonly Sample[])[];
  readonly warm: readonly Sides[];
  readonly profile: readonly (readonly string[])[];
}

/** Follows a plan in this process. */
export async function follow<Given>({ open }: Operations<Given>, given: Given, plan: Plan): Promise<Measurement> {
  await using opened = await open(given);
  return await followOn(opened, plan);
}

/** Follows a plan with what has been opened already. */
export async function followOn(opened: Opened, plan: Plan): Promise<Measurement> {
  const { cases } = opened;
  const cold = await first(cases, plan.side, plan.cold);
  const warm: Sides[] = [];
  if (plan.warm) {
    await warmUp(opened, plan.warm.after);
    for (const each of cases) warm.push(await paired(each, plan.warm.rounds, plan.warm.block));
  }
  const profile: (readonly string[])[] = [];
  if (plan.profile)
    for (const [i, each] of cases.entries()) {
      const isWanted = plan.of === undefined || plan.of === i;
      profile.push((isWanted && (await each.profile?.(plan.profile))) || []);
    }
  return { cold, warm, profile };
}

/** The first operations of a process, shared by the cases in turn. */
async function first(cases: readonly Comparison[], side: keyof Sides, operations: number): Promise<readonly Sample[][]> {
  const samples = cases.map((): Sample[] => []);
  for (let done = 0; done < operations;)
    for (const [i, each] of cases.entries()) {
      const bulk = Math.min(each.bulk ?? 1, operations);
      samples[i]?.push(await each[side](bulk));
      done += bulk;
    }
  return samples;
}

async function warmUp({ cases, warmUp }: Opened, operations: number): Promise<void> {
  for (let done = 0; done < operations;) {
    if (warmUp) {
      await warmUp();
      done += cases.length;
    } else
      for (const each of cases) {
        await paired(each, 1, 1);
        done += each.bulk ?? 1;
      }
  }
}
