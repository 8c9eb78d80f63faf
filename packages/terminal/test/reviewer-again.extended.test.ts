// A person at a pseudo-terminal, asked by an agent in another process: on more screens, and more keys typed ahead.
import { describe } from "vitest";
import { agents, hasTheGutter, signNothing } from "./support/agents.ts";

const all = agents();

describe.concurrent("a value", () => {
  hasTheGutter(all, 40, 20);
  hasTheGutter(all, 120, 40);
});

describe.concurrent("keys", () => {
  for (const index of [2, 3, 4]) signNothing(all, index);
});
