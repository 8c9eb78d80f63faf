import { reviewOf, spanText } from "@countersign/review";
import { reviewRows, styleFor } from "@countersign/terminal";
import { Command } from "commander";
import { atDesk, signer, type Desk } from "../desk.ts";
import { explained, usage } from "../failure.ts";
import { decideMarked } from "./batch.ts";
import { decideHere, noteHere } from "./deciding.ts";
import { feed, isPassing, type Feed } from "./feed.ts";
import { Queue } from "./queue.ts";
import { Screen } from "./screen.ts";
import { initial, roomFor, type Event, type State, type Wish } from "./state.ts";
import { step } from "./step.ts";
import { Surroundings } from "./surroundings.ts";
import { screenOf } from "./view.ts";

/** Ages and deadlines on the screen are drawn anew so often, in ms. */
const TICK = 1_000;

export function inbox(): Command {
  return new Command("inbox")
    .description("what waits for your signature, live: look, approve, edit, reject; ? shows the keys")
    .action((_options: object, command: Command) =>
      atDesk(command, async (desk) => {
        if (!desk.out.interactive) throw usage("The inbox needs a terminal. In a pipe: countersign list --mine --json.");
        await run(desk);
      }),
    );
}

type Happening = Event | { readonly error: unknown };
type Tell = (event: Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never) => void;

/** What the wishes of the inbox are carried out with. */
interface Room {
  readonly desk: Desk;
  readonly screen: Screen;
  readonly reading: Feed;
  readonly tell: Tell;
  readonly fail: (error: unknown) => void;
}

async function run(desk: Desk): Promise<void> {
  const by = signer(desk);
  const happenings = new Queue<Happening>();
  const tell: Tell = (event) => happenings.push({ ...event, at: Date.now() });
  const fail = (error: unknown): void => happenings.push({ error });
  const screen: Screen = new Screen({
    key: (key) => tell({ type: "key", key }),
    pasted: (text) => tell({ type: "pasted", text }),
    resized: () => tell({ type: "resized", lines: screen.lines, columns: screen.columns }),
    closed: () => tell({ type: "key", key: "ctrl-d" }),
  });
  let state = initial(screen.lines, screen.columns);
  const over = new AbortController();
  const reading = feed(desk, by, () => state, tell, over.signal);
  const ended = reading.ended.catch(fail);
  const surroundings = new Surroundings(desk.gate, () => tell({ type: "tick" }));
  const ticking = setInterval(() => tell({ type: "tick" }), TICK);
  const style = styleFor(process.stderr);
  screen.open();
  try {
    for (;;) {
      const now = Date.now();
      const scene = { now, address: desk.address, tenant: desk.tenant, by, style, span: spanText };
      screen.draw(screenOf(state, { ...scene, summaryOf: (row) => surroundings.summaryOf(row, now) }));
      ({ state } = step(state, { type: "drawn", at: Date.now() }));
      void surroundings.look(state.rows.slice(state.top, state.top + roomFor(state)), now);
      const happening = await happenings.next();
      if ("error" in happening) throw happening.error;
      const { state: next, wish } = step(state, happening);
      state = next;
      if (wish?.type === "quit") return;
      if (wish) await fulfil({ desk, screen, reading, tell, fail }, wish, state);
    }
  } finally {
    clearInterval(ticking);
    screen.close();
    over.abort();
    await ended;
  }
}

/** A dialogue has the terminal until it has ended. Reading goes on beside, and tells what it found. */
async function fulfil(room: Room, wish: Exclude<Wish, { type: "quit" }>, state: State): Promise<void> {
  const { desk, tell } = room;
  switch (wish.type) {
    case "read":
      return room.reading.again();
    case "fate":
      return beside(room, async () => {
        const request = await desk.gate.get(wish.id);
        if (request) tell({ type: "fate", request });
      });
    case "look":
      return beside(room, async () => {
        const { request } = wish;
        const review = reviewOf(request, { now: Date.now(), by: signer(desk), ...(await desk.gate.background(request)) });
        tell({ type: "looked", request, rows: reviewRows(review, { columns: state.columns, style: styleFor(process.stderr) }) });
      });
    case "note":
      return inDialogue(room, async () => tell({ type: "noted", comment: await noteHere() }));
    case "decide":
      return inDialogue(room, async () => {
        const notice = await decideHere(desk, wish);
        tell({ type: "done", notice, decided: [wish.request.id] });
      });
    case "batch":
      return inDialogue(room, async () => tell({ type: "done", ...(await decideMarked(desk, wish)) }));
  }
}

/** A store that is away for a while has been told of: then nothing is shown, and the key can be pressed again. */
function beside({ tell, fail }: Room, work: () => Promise<void>): void {
  work().catch((error: unknown) => (isPassing(error) ? tell({ type: "away" }) : fail(error)));
}

async function inDialogue({ screen, tell }: Room, work: () => Promise<void>): Promise<void> {
  screen.close();
  try {
    await work();
  } catch (error) {
    tell({ type: "done", notice: explained(error).message });
  } finally {
    screen.open();
    tell({ type: "resized", lines: screen.lines, columns: screen.columns });
  }
}
