import { resolve } from "node:path";
import { CountersignError, isCountersignError, type Policy } from "@countersign/core";
import { demandOptions, policyOf } from "@countersign/core/policy";
import { demandInterval } from "./interval.ts";
import { internalsOf } from "./internals.ts";
import { readPolicy } from "./file/read.ts";
import type { FilePolicy, PolicyOptions } from "./load-policy.ts";
import { invalidPolicy } from "./problem.ts";
import { tell } from "./tell.ts";
import { WatchedFiles } from "./watched-files.ts";

export interface PolicyFileOptions<T, C> extends Omit<PolicyOptions<T, C>, "path"> {
  /** A change that is no policy, or a file that is gone: the last good one stays in force. Default: standard error. */
  readonly onError?: ((error: CountersignError<"POLICY_INVALID">) => void) | undefined;
  /** Another version is in force from now on. */
  readonly onChange?: ((policy: { readonly hash: string; readonly before: string }) => void) | undefined;
  /**
   * How often the file is looked at, in ms; a change counts when it has stood still between two looks, so that a file in the
   * middle of being written isn't taken for a whole one. Default 500.
   */
  readonly every?: number | undefined;
}

export interface WatchedPolicy {
  /** Looks at the file now. @throws POLICY_INVALID; the last good one stays in force */
  reload(): void;
  /** Stops looking. The policy stays as it is. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * The policy in a file, reread when the file changes, or one that it includes. Each verdict, and what is recorded with it, is
 * of one version; calls under way are not interrupted. Looking at the files keeps no process alive.
 * @example const gate = createGate({ policy: policyFile("policy.yaml", { tools }), store })
 * @throws POLICY_INVALID at the start: a gate without its policy does not begin. SETUP for an option that there isn't, and for an `every` that is no time
 */
export function policyFile<T = {}, C = undefined>(path: string, given: PolicyFileOptions<T, C> = {}): FilePolicy<T, C> & WatchedPolicy {
  if (typeof path !== "string" || path === "")
    throw new CountersignError("SETUP", { hint: 'Pass the path of a policy: policyFile("policy.yaml").' });
  demandOptions(given, ["tools", "context", "onError", "onChange", "every"], 'policyFile("policy.yaml", { tools })');
  const { onError, onChange, every = 500, ...options } = given;
  demandInterval(every, 'policyFile("policy.yaml", { every: 500 })');
  const files = new WatchedFiles();
  const load = (): Policy => {
    files.begin();
    const { text, problem: message = "" } = files.read(resolve(path));
    const place = { path: "policy", line: 1, column: 1 };
    if (text === undefined)
      throw new CountersignError("POLICY_INVALID", { ...place, problems: [{ message, ...place }] }, { note: `${path}: ${message}` });
    const { policy, problems } = readPolicy(text, { ...options, path }, (included) => files.read(included));
    if (!policy) throw invalidPolicy(problems, path);
    return policy;
  };
  let current = load();
  let failed: string | undefined;

  const reload = (): void => {
    const { hash: before } = current;
    current = load();
    if (current.hash !== before) tell(() => onChange?.({ hash: current.hash, before }));
  };
  const report = onError ?? warn;
  const look = (): void => {
    try {
      reload();
      failed = undefined;
    } catch (error) {
      if (!isCountersignError(error, "POLICY_INVALID")) throw error;
      if (error.message !== failed) tell(() => report(error));
      failed = error.message;
    }
  };
  files.watch(every, look);
  const close = (): void => files.close();
  const policy = policyOf({
    get compiled() {
      return internalsOf(current).compiled;
    },
    judge: (call) => internalsOf(current).judge(call),
    versionFor: (call) => internalsOf(current).versionFor(call),
  });
  return Object.assign(policy, { reload, close, [Symbol.dispose]: close }) as FilePolicy<T, C> & WatchedPolicy;
}

function warn({ message }: Error): void {
  // oxlint-disable-next-line no-console -- the one place where people look who have not passed an `onError`
  console.warn(`countersign: ${message} The policy before it stays in force.`);
}
