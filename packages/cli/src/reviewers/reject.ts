import { reject as rejection, type ApprovalRequest, type Remember } from "@countersign/core";
import { Command, Option } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { alongRows } from "./along.ts";
import { COMMENT, DIGEST, type SigningOptions } from "./approve.ts";
import { meant } from "./consent.ts";
import { decideAt } from "./decide-at.ts";
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
      const request = await meant(desk, id, "reject", options.digest);
      report(desk, await rejectSeen(desk, request, { ...options, remember }));
    }),
  );
}

/** Shows it, asks, why too, and signs. With a digest it was seen already. @throws Failure: left pending */
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
  if (digest !== undefined) return sign(desk, request, rejection(message || undefined, { comment, then, remember }));
  return decideAt(desk, request, "reject", async (dialogue) => {
    const why = message ?? (await dialogue.line("Why? The model is told. Enter for nothing. "));
    await dialogue.sign("Reject this?", { rows: alongRows({ message, comment, then, remember }) });
    return rejection(why || undefined, { comment, then, remember });
  });
}
