import type { Duration, Remember } from "@countersign/core";
import { Option, type Command } from "commander";
import { usage } from "../failure.ts";
import { duration, whole } from "../settings/values.ts";

export interface RememberOptions {
  readonly remember?: Remember["scope"];
  readonly for?: Duration;
  readonly times?: number;
  readonly within?: "thread" | "requester";
}

export function withRemember(command: Command): Command {
  return command
    .addOption(new Option("--remember <scope>", "decide calls to come as well, where the terms offer it").choices(["exact-args", "tool"]))
    .option("--for <time>", "remember it so long (default 24h)", duration)
    .option("--times <n>", "remember it for so many calls (default 10)", whole(1, 1_000_000))
    .addOption(
      new Option("--within <where>", "remember it in this thread (default), or for all calls of whoever asked").choices([
        "thread",
        "requester",
      ]),
    );
}

/** @throws Failure for terms of a grant that isn't asked for */
export function rememberOf({ remember, for: lifetime, times, within }: RememberOptions): Remember | undefined {
  if (remember === undefined) {
    if (lifetime !== undefined || times !== undefined || within !== undefined)
      throw usage("--for, --times and --within say how a decision is remembered. Give --remember exact-args or --remember tool as well.");
    return undefined;
  }
  return {
    scope: remember,
    ...(lifetime !== undefined && { for: lifetime }),
    ...(times !== undefined && { times }),
    ...(within !== undefined && { within }),
  };
}
