import { atMost } from "../aim.ts";
import { counted } from "../bench.ts";
import { timed, type Sample } from "../measure.ts";
import { inMs, timedFigure, type Row } from "../row.ts";
import { HttpCaller } from "../serving/http-caller.ts";
import { Reviewer } from "../serving/reviewer.ts";
import { serving } from "../serving/serving.ts";
import type { BenchStore } from "../stores/bench-store.ts";

const AIM = atMost(1_000, "ms");
const ROUNDS = 30;

/** The page, from the moment that somebody goes there until the first row of the list is drawn, beside the answer that it draws. */
export function firstListRow(store: BenchStore): Row {
  return {
    name: `${store.name}: inbox, first list`,
    async run(bench) {
      const { many } = bench.scale;
      const { address } = await bench.place(store, many);
      await using server = await serving("server", { address });
      await using reviewer = await Reviewer.at(server);
      const caller = await HttpCaller.asFiona(server);
      const rounds = bench.rounds(ROUNDS);
      const known = await reviewer.newBrowser();
      // Beside the list, the page asks for single requests that tell how many there are, and which is the newest.
      const asked = known.waitForRequest((request) => /\/v1\/requests\?.*\blimit=(?!1\b)/.test(request.url()));
      await reviewer.open(known);
      const { pathname, search } = new URL((await asked).url());
      const answer = (): Promise<Sample> => timed(() => caller.call("GET", `${pathname}${search}`));
      const sides = { warm: sidesOf(), cold: sidesOf() };
      for (let i = 0; i < rounds; i++) {
        sides.warm.subject.push({ ms: await reviewer.open(known), cpu: 0 });
        sides.warm.baseline.push(await answer());
        const fresh = await reviewer.newBrowser();
        sides.cold.subject.push({ ms: await reviewer.open(fresh), cpu: 0 });
        sides.cold.baseline.push(await answer());
        await fresh.context().close();
      }
      caller.close();
      return [timedFigure(`${store.name}: inbox, first list drawn, ${counted(many)} pending`, "ms", sides, inMs, AIM)];
    },
  };
}

function sidesOf(): { readonly subject: Sample[]; readonly baseline: Sample[] } {
  return { subject: [], baseline: [] };
}
