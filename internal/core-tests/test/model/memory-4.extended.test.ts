import { it } from "vitest";
import { inMemory } from "./in-memory.ts";
import { explore, schedules } from "./suite.ts";

it("keeps every promise on the memory store, shard 4", { timeout: 0 }, () => explore(4_000_000, schedules(2_500), inMemory));
