import { approve as approval, type ApprovalRequest, type Remember } from "@countersign/core";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { collected, CONFIRM, confirmation } from "./confirmation.ts";
import { consent, seen } from "./consent.ts";
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
      .option("--confirm <value>", CONFIRM, collected)
      .option("--comment <text>", COMMENT),
  ).action((id: string, options: SigningOptions & RememberOptions, command: Command) =>
    atDesk(command, async (desk) => {
      const remember = rememberOf(options);
      const request = await seen(desk, id, "approve", options.digest);
      report(desk, await approveSeen(desk, request, { ...options, remember }));
    }),
  );
}

/** Asks, and signs. @throws Failure: left pending */
export async function approveSeen(
  desk: Desk,
  request: ApprovalRequest,
  { digest, comment, confirm: given, remember }: SigningOptions & { readonly remember?: Remember | undefined } = {},
): Promise<ApprovalRequest> {
  const confirm = await confirmation(request, "approve", given, digest === undefined);
  await consent(desk, digest, "Sign this?");
  return sign(desk, request, approval({ comment, confirm, remember }), digest === undefined);
}
