/** Where a contestant keeps its runs. */
export interface Keeping {
  /** Of a database of its own. */
  readonly url: string;
  /** Connections of each process's pool, at the most. */
  readonly connections: number;
  /** It says where its time goes when it is closed. */
  readonly timed?: boolean;
}

/** What is told of a run, when it happens. */
export interface Observer {
  /** The signed effect begins. */
  effect(run: string): void;
  /** It is recorded that the run is over. */
  completed(run: string): void;
}

/** The process in which runs pause. */
export interface Host {
  /** Starts a run that pauses. Answers what its reviewer has to know, as JSON can carry it, once the pause would survive the process. */
  pause(run: string): Promise<unknown>;
  /** Answers where the time of so many runs went, if it was timed. */
  close(runs: number): Promise<readonly string[]>;
}

/** Another process, in which somebody decides. */
export interface Reviewer {
  /** Answers once the decision would survive the process, or later. */
  approve(run: string, paused: unknown): Promise<void>;
  /** Answers where the time of so many runs went, if it was timed. */
  close(runs: number): Promise<readonly string[]>;
}

/** Something that has runs wait for a signature. The process that goes on with a run may be either of the two. */
export interface Contestant {
  host(keeping: Keeping, observer: Observer): Promise<Host>;
  reviewer(keeping: Keeping, observer: Observer): Promise<Reviewer>;
}
