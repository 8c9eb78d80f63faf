import type { Contestant } from "../src/peers/contestant.ts";

/** Has so many effects of one approval, and so many before it. */
const { searchParams } = new URL(import.meta.url);
const [after, before] = [Number(searchParams.get("after")), Number(searchParams.get("before"))];

export const contestant: Contestant = {
  async host(_, observer) {
    return {
      async pause(run) {
        for (let i = 0; i < before; i++) observer.effect(run);
        return { run };
      },
      close: async () => [],
    };
  },
  async reviewer(_, observer) {
    return {
      async approve(run) {
        for (let i = 0; i < after; i++) observer.effect(run);
        observer.completed(run);
      },
      close: async (runs) => [`closed after ${runs}`],
    };
  },
};
