import { it } from "vitest";
import { inMemory } from "./in-memory.ts";
import { explore, schedules } from "./suite.ts";

// A first look, every day. The extended files go on from other seeds.
it("keeps every promise on the memory store", { timeout: 0 }, () => explore(1, schedules(500), inMemory));
