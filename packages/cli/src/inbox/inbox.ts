import { decisionsOf, type ApprovalRequest, type Decision, type Page, type Principal } from "@countersign/core";
import { Command } from "commander";
import { atDesk, signer, type Desk } from "../desk.ts";
import { explained, usage } from "../failure.ts";
import { requestText } from "../output/request.ts";
import { choice } from "../prompts.ts";
import { approveSeen } from "../reviewers/approve.ts";
import { onChanges } from "../reviewers/changes.ts";
import { leftPending, refuse } from "../reviewers/consent.ts";
import { editSeen } from "../reviewers/edit.ts";
import { rejectSeen } from "../reviewers/reject.ts";
import { outcome } from "../reviewers/sign.ts";
import { Queue } from "./queue.ts";
import { Screen } from "./screen.ts";
import { linesOf, type View } from "./view.ts";

type Happening = { readonly key: string } | { readonly page: Page<ApprovalRequest> } | { readonly error: unknown };

const LIMIT = 200;
const LOOKING = "Looking…";

export function inbox(): Command {
  return new Command("inbox")
    .description("what waits for your signature, live: j/k, enter, a, e, r")
    .action((_options: object, command: Command) =>
      atDesk(command, async (desk) => {
        if (!desk.out.interactive) throw usage("The inbox needs a terminal. In a pipe: countersign list --mine --json.");
        await run(desk);
      }),
    );
}

async function run(desk: Desk): Promise<void> {
  const by = signer(desk);
  const happenings = new Queue<Happening>();
  const screen = new Screen((key) => happenings.push({ key }));
  const over = new AbortController();
  const looking = look(desk, by, happenings, over.signal);
  let view: View = { items: [], more: false, selected: 0, notice: LOOKING };
  screen.open();
  try {
    for (;;) {
      screen.draw(linesOf(desk.out, view, by, screen));
      const happening = await happenings.next();
      if ("error" in happening) throw happening.error;
      if ("page" in happening) view = withPage(view, happening.page);
      else if (QUIT.has(happening.key)) return;
      else view = await pressed(desk, screen, view, happening.key);
    }
  } finally {
    screen.close();
    over.abort();
    await looking;
  }
}

const QUIT: ReadonlySet<string> = new Set(["q", "ctrl-c", "ctrl-d", "escape"]);
const STEPS: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  k: -1,
  up: -1,
  pagedown: 10,
  pageup: -10,
  g: -LIMIT,
  home: -LIMIT,
  end: LIMIT,
};
const DECISIONS: Readonly<Record<string, Decision["type"]>> = { a: "approve", e: "edit", r: "reject" };

/** The inbox is filled, and refilled, until the signal. */
function look({ gate, store }: Desk, by: Principal, happenings: Queue<Happening>, signal: AbortSignal): Promise<void> {
  const again = async (): Promise<void> =>
    happenings.push({ page: await gate.list({ status: "pending", reviewableBy: by, limit: LIMIT }) });
  return onChanges(store, again, signal).catch((error: unknown) => happenings.push({ error }));
}

/** The selected request stays the selected one, wherever it is now: a key never acts on another one than was marked. */
function withPage(view: View, { items, next }: Page<ApprovalRequest>): View {
  const id = view.items[view.selected]?.id;
  const at = items.findIndex((item) => item.id === id);
  return {
    ...view,
    notice: view.notice === LOOKING ? "" : view.notice,
    items,
    more: next !== undefined,
    selected: at >= 0 ? at : clamp(view.selected, items.length),
  };
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(index, length - 1));
}

async function pressed(desk: Desk, screen: Screen, view: View, key: string): Promise<View> {
  const step = STEPS[key];
  if (step !== undefined) return { ...view, notice: "", selected: clamp(view.selected + step, view.items.length) };
  const request = view.items[view.selected];
  const type = DECISIONS[key];
  if (!request || !(type || key === "return" || key === "enter")) return view;
  screen.close();
  try {
    return { ...view, notice: await decided(desk, request, type) };
  } catch (error) {
    return { ...view, notice: explained(error).message };
  } finally {
    screen.open();
  }
}

/** Shows the request in full on the ordinary screen, where it can be scrolled, and does what is wanted. Answers what came of it. */
async function decided(desk: Desk, request: ApprovalRequest, wanted: Decision["type"] | undefined): Promise<string> {
  if (wanted) refuse(request, wanted);
  desk.out.say(`\n${requestText(desk.out, request, await desk.gate.duplicates(request), process.stderr)}`);
  const offered = decisionsOf(request.terms);
  const type = wanted ?? (await choice("What now?", [...offered, "back"]));
  if (type === "approve") return outcome(await approveSeen(desk, request));
  if (type === "edit") return outcome(await editSeen(desk, request));
  if (type === "reject") return outcome(await rejectSeen(desk, request));
  throw leftPending();
}
