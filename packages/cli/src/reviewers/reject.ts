import { reject as rejection, type ApprovalRequest, type Remember } from "@countersign/core";
import { Command, Option } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { line } from "../prompts.ts";
import { COMMENT, DIGEST, type SigningOptions } from "./approve.ts";
import { consent, seen } from "./consent.ts";
import { rememberOf, withRemember, type RememberOptions } from "./remember.ts";
import { report, sign } from "./sign.ts";

interface RejectOptions extends SigningOptions, RememberOptions {
  readonly message?: string;
  readonly then?: "continue" | "revise" | "stop";
}

export function reject(): Command {
  return withRemember(
    new Command("reject")
      .description("show a request and refuse it: the call does not run")
      .argument("<id>", "the request")
      .option("-m, --message <text>", "why: the model is told")
      .addOption(
        new Option(
          "--then <what>",
          "what the run does next: the model plans on (default), may propose a revision, or the run stops",
        ).choices(["continue", "revise", "stop"]),
      )
      .option("--digest <digest>", DIGEST)
      .option("--comment <text>", COMMENT),
  ).action((id: string, options: RejectOptions, command: Command) =>
    atDesk(command, async (desk) => {
      const remember = rememberOf(options);
      const request = await seen(desk, id, "reject", options.digest);
      report(desk, await rejectSeen(desk, request, { ...options, remember }));
    }),
  );
}

/** Asks, why too, and signs. @throws Failure: left pending */
export async function rejectSeen(
  desk: Desk,
  request: ApprovalRequest,
  {
    digest,
    message,
    comment,
    then,
    remember,
  }: Omit<RejectOptions, keyof RememberOptions> & { readonly remember?: Remember | undefined } = {},
): Promise<ApprovalRequest> {
  const why = digest === undefined && message === undefined ? await line("Why? The model is told. Enter for nothing.") : message;
  await consent(desk, digest, "Reject this?");
  return sign(desk, request, rejection(why || undefined, { comment, then, remember }));
}
