import { edit as editing, type ApprovalRequest, type JsonObject } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { Edit, EditLeft, signedEdit, type EditExtras } from "@countersign/terminal";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { several } from "../settings/several.ts";
import { jsonObject } from "../settings/values.ts";
import { alongRows } from "./along.ts";
import { COMMENT, DIGEST, type SigningOptions } from "./approve.ts";
import { CONFIRM, confirmed } from "./confirmation.ts";
import { meant } from "./consent.ts";
import { decideAt } from "./decide-at.ts";
import { report, sign } from "./sign.ts";

interface EditOptions extends SigningOptions {
  readonly args?: string;
}

export function edit(): Command {
  return new Command("edit")
    .description("change the arguments in $EDITOR, see the difference, and sign: the call runs with yours")
    .argument("<id>", "the request")
    .option("--args <json>", "the complete arguments, instead of an editor: JSON, @file, or - for standard input")
    .option("--digest <digest>", `${DIGEST}: of the proposal that you have changed`)
    .option("--confirm <value>", CONFIRM, several)
    .option("--comment <text>", COMMENT)
    .action((id: string, options: EditOptions, command: Command) =>
      atDesk(command, async (desk) => {
        if (options.digest !== undefined && options.args === undefined)
          throw usage("With --digest nobody is asked, so no editor opens. Give --args as well.");
        const args = options.args === undefined ? undefined : await jsonObject(options.args, "--args");
        const request = await meant(desk, id, "edit", options.digest);
        report(desk, await editSeen(desk, request, { ...options, args }));
      }),
    );
}

/** Opens the editor unless the arguments are there, shows what differs, asks, and signs. @throws Failure: left pending */
export async function editSeen(
  desk: Desk,
  request: ApprovalRequest,
  { args, digest, comment, confirm: given }: SigningOptions & { readonly args?: JsonObject | undefined } = {},
): Promise<ApprovalRequest> {
  const confirm = given && confirmed(request, "edit", given);
  const rows = alongRows({ comment });
  if (!args) return inEditor(desk, request, { comment, confirm, rows });
  if (digest !== undefined) return sign(desk, request, editing(args, { comment, confirm }));
  return decideAt(desk, request, "edit", (dialogue) => signedEdit(dialogue, args, { comment, confirm, rows }));
}

/** What was written outlives whatever happens to the edit. @throws EDIT_UNCHECKABLE: nobody here has the policy */
async function inEditor(desk: Desk, request: ApprovalRequest, extras: EditExtras): Promise<ApprovalRequest> {
  if (!request.argsSchema) throw new CountersignError("EDIT_UNCHECKABLE", { request });
  const edit = new Edit();
  try {
    const signed = await decideAt(desk, request, "edit", (dialogue) => edit.at(dialogue, extras));
    edit.signed();
    return signed;
  } catch (error) {
    if (error instanceof EditLeft) throw new Failure(EXIT.no, error.message);
    const kept = edit.leave();
    if (kept !== undefined) desk.out.warn(kept);
    throw error;
  }
}
