import { digestOf, edit as editing, fromJsonSchema, MASK, type ApprovalRequest, type JsonObject } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { visible } from "@countersign/core/terminal";
import { usage } from "../failure.ts";
import { diff } from "../output/diff.ts";
import { confirm } from "../prompts.ts";
import { jsonObject, objectIn } from "../settings/values.ts";
import { COMMENT, DIGEST, type SigningOptions } from "./approve.ts";
import { collected, CONFIRM, confirmation } from "./confirmation.ts";
import { consent, leftPending, seen } from "./consent.ts";
import { draftOf, edited } from "./editor.ts";
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
    .option("--confirm <value>", CONFIRM, collected)
    .option("--comment <text>", COMMENT)
    .action((id: string, options: EditOptions, command: Command) =>
      atDesk(command, async (desk) => {
        if (options.digest !== undefined && options.args === undefined)
          throw usage("With --digest nobody is asked, so no editor opens. Give --args as well.");
        const args = options.args === undefined ? undefined : await jsonObject(options.args, "--args");
        const request = await seen(desk, id, "edit", options.digest);
        report(desk, await editSeen(desk, request, { ...options, args }));
      }),
    );
}

/** Opens the editor unless the arguments are there, shows what will run instead, asks, and signs. @throws Failure: left pending */
export async function editSeen(
  desk: Desk,
  request: ApprovalRequest,
  { args: given, digest, comment, confirm: typed }: SigningOptions & { readonly args?: JsonObject | undefined } = {},
): Promise<ApprovalRequest> {
  const args = given ?? (await fromEditor(request));
  if (digest === undefined) {
    const lines = diff(desk.out, request.proposal.args, args, process.stderr);
    desk.out.say(["This will run (+ instead of -):", ...lines.map((line) => `  ${line}`), digestLine(request, args)].join("\n"));
  }
  const confirm = await confirmation(request, "edit", typed, digest === undefined);
  await consent(desk, digest, "Sign this?");
  return sign(desk, request, editing(args, { comment, confirm }), digest === undefined);
}

/** Until it is something that could run, or given up. @throws EDIT_UNCHECKABLE, Failure: left pending */
async function fromEditor(request: ApprovalRequest): Promise<JsonObject> {
  if (!request.argsSchema) throw new CountersignError("EDIT_UNCHECKABLE", { request });
  const draft = draftOf(request.proposal.args);
  for (let text = draft; ;) {
    text = edited(text);
    if (text === draft || text.trim() === "") throw leftPending();
    try {
      return checked(text, request.argsSchema);
    } catch (error) {
      if (!(await confirm(`${visible(error instanceof Error ? error.message : String(error))} Edit it again?`))) throw leftPending();
    }
  }
}

/** The digest is of what runs: of what stands behind a mask it can't be known here. */
function digestLine(request: ApprovalRequest, args: JsonObject): string {
  const isMasked = JSON.stringify(args).includes(JSON.stringify(MASK));
  return `digest     ${isMasked ? "of what runs, masked values included: told when it is signed" : digestOf({ ...request, args })}`;
}

/** The gate checks it too, and what a mask stands for: here only so that nobody has to begin anew. */
function checked(text: string, schema: JsonObject): JsonObject {
  const args = objectIn(text, "What you wrote");
  const result = fromJsonSchema(schema)["~standard"].validate(args);
  if (result instanceof Promise || !result.issues) return args;
  const issues = result.issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((key) => (typeof key === "object" ? key.key : key)),
  }));
  const mistakes = issues.filter(({ path }) => valueAt(args, path) !== MASK);
  if (mistakes.length === 0) return args;
  throw usage(mistakes.map(({ path, message }) => `${path.map(String).join(".") || "the arguments"}: ${message}.`).join(" "));
}

function valueAt(args: JsonObject, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    args,
  );
}
