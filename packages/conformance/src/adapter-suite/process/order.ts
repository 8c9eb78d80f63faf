import type { Decision, JsonObject, Principal, Usage } from "@countersign/core";
import type { Transcript } from "../../contract/harness.ts";

/** Where a process dies: around one of the moments at which something becomes true. */
export interface Kill {
  readonly when: "before" | "after";
  readonly point: "suspend" | "decide" | "claim" | "effect" | "receipt";
  /** Which of several; default the first. */
  readonly nth?: number;
}

/** Which world the process is in. */
export interface Place {
  readonly caseId: string;
  readonly variant: string;
  /** The case's own folder: store, effects, whatever the framework keeps. */
  readonly dir: string;
  /** The harness module, and the store's if it is not the suite's own. */
  readonly harness: string;
  readonly store: string | undefined;
  readonly kill?: Kill | undefined;
  /** A resume is called off as soon as an effect has happened. */
  readonly calledOff?: boolean | undefined;
  /** Not durable: this process keeps the adapter open between its orders. */
  readonly keep?: boolean | undefined;
}

export type Step =
  | {
      readonly do: "start";
      readonly threadId: string;
      readonly input: string;
      readonly pending?: "refuse" | "cancel" | undefined;
      readonly requestedBy?: string | undefined;
      readonly context?: JsonObject | undefined;
      readonly stream?: boolean | undefined;
    }
  | { readonly do: "resume"; readonly threadId: string; readonly stream?: boolean | undefined }
  /** Looks at the conversation, and nothing else. */
  | { readonly do: "look"; readonly threadId: string }
  | { readonly do: "work" }
  /** Loads the framework and does nothing. */
  | { readonly do: "warm" }
  | {
      readonly do: "answer";
      readonly threadId: string;
      readonly answers: Readonly<Record<string, Decision>>;
      readonly by?: Principal | undefined;
    }
  | {
      readonly do: "decide";
      readonly id: string;
      /** Of the proposal that was looked at. */
      readonly digest: string;
      readonly decision: Decision;
      readonly by: Principal;
      /** Without a policy, like a command line or a server. */
      readonly desk: boolean;
    }
  | { readonly do: "native-start"; readonly threadId: string; readonly input: string }
  | { readonly do: "native-resume"; readonly threadId: string; readonly answers: Readonly<Record<string, Decision>> };

export interface Order {
  readonly place: Place;
  readonly step: Step;
}

/** A call that waits, as a process sees it. */
export interface PendingCall {
  readonly id: string;
  readonly digest: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly requestedBy: string | undefined;
  readonly revises: string | undefined;
}

/** What a process wrote to its standard output and standard error during a step. */
export interface Printed {
  out: string;
  err: string;
}

/** What a process came back with. */
export interface Answer {
  readonly status: "completed" | "suspended" | "stopped" | "running" | "decided" | "worked" | "error" | "killed";
  /** Of a typed error. */
  readonly code?: string;
  /** For people only; nothing is asserted about it. */
  readonly message?: string;
  /** Of an error, with its causes. For people only. */
  readonly stack?: string;
  /** What the gate warned of, and what went wrong beside the step. For people only. */
  readonly notes?: readonly string[];
  /** For people only. More may come until the process takes its next order. */
  readonly printed?: Printed;
  readonly pending: readonly PendingCall[];
  readonly text?: string;
  readonly replayed?: boolean;
  /** Of a completed run, as JSON. */
  readonly output?: unknown;
  readonly usage?: Usage;
  readonly lastAgent?: string;
  /** The conversation as the runner gives it: in the outcome of a completed run, or looked at. Absent where it isn't declared. */
  readonly conversation?: Transcript["messages"];
  /** What the model was shown at the last request of this process. */
  readonly transcript: Transcript["messages"];
  /** Model requests that this step made. */
  readonly requests: number;
  /** Chunks that a stream delivered. */
  readonly chunks: number;
  readonly pid: number;
}
