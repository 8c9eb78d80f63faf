import { Pool } from "./pool.ts";

/** The processes of one or several sessions. A process that has loaded a framework serves whatever shape of it is tried. */
export interface Crews {
  /** Load the framework. */
  readonly agents: Pool;
  /** Never load it: they decide. */
  readonly desks: Pool;
  close(): void;
}

/** So many cases at a time, and one that wants a process of its own. */
export function openCrews(casesAtOnce: number): Crews {
  const agents = new Pool(2 * casesAtOnce + 1);
  const desks = new Pool(casesAtOnce);
  return {
    agents,
    desks,
    close() {
      agents.close();
      desks.close();
    },
  };
}
