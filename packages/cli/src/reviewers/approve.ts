import { approve as approval, type ApprovalRequest, type Remember } from "@countersign/core";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { several } from "../settings/several.ts";
import { alongRows } from "./along.ts";
import { CONFIRM, confirmed } from "./confirmation.ts";
import { meant } from "./consent.ts";
import { decideAt } from "./decide-at.ts";
import { rememberOf, withRemember, type RememberOptions } from "./remember.ts";
import { report, sign } from "./sign.ts";

export interface SigningOptions {
  readonly digest?: string;
  readonly comment?: string;
  readonly confirm?: readonly string[];
}

export const DIGEST = "sign what has this digest, without being asked (needed without a terminal)";
export const COMMENT = "for people and the audit trail; the model doesn't see it";

export function approve(): Command {
  return withRemember(
    new Command("approve")
      .description("show a request and sign it: the call runs as it is proposed")
      .argument("<id>", "the request")
      .option("--digest <digest>", DIGEST)
      .option("--confirm <value>", CONFIRM, several)
      .option("--comment <text>", COMMENT),
  ).action((id: string, options: SigningOptions & RememberOptions, command: Command) =>
    atDesk(command, async (desk) => {
      const remember = rememberOf(options);
      const request = await meant(desk, id, "approve", options.digest);
      report(desk, await approveSeen(desk, request, { ...options, remember }));
    }),
  );
}

/** Shows it, asks, and signs. With a digest it was seen already. @throws Failure: left pending */
export async function approveSeen(
  desk: Desk,
  request: ApprovalRequest,
  { digest, comment, confirm: given, remember }: SigningOptions & { readonly remember?: Remember | undefined } = {},
): Promise<ApprovalRequest> {
  const confirm = given && confirmed(request, "approve", given);
  if (digest !== undefined) return sign(desk, request, approval({ comment, confirm, remember }));
  return decideAt(desk, request, "approve", async (dialogue) => {
    const typed = confirm ?? (await dialogue.typed());
    await dialogue.sign("Sign this?", { rows: alongRows({ comment, remember }) });
    return approval({ comment, confirm: typed, remember });
  });
}
