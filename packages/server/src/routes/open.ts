import { CountersignError, type Gate, type Principal } from "@countersign/core";
import { z } from "zod";
import { openEndpoint, type Endpoint } from "../http/endpoint.ts";

/** In ms: however many ask, the store is asked once in that time. */
const FRESH = 1_000;

const Health = z.object({ status: z.enum(["running", "ready"]) }).meta({ id: "Health" });

/** What everybody may ask, without being known. */
export function openEndpoints(gate: Gate | ((by: Principal) => Gate), documentOf: () => object): readonly Endpoint[] {
  const isReady = readiness(gate);
  return [
    openEndpoint({
      id: "isRunning",
      anyHost: true,
      method: "get",
      path: "/healthz",
      summary: "Does the server run?",
      answer: Health,
      run: async () => ({ status: "running" }) as const,
    }),
    openEndpoint({
      id: "isReady",
      anyHost: true,
      method: "get",
      path: "/readyz",
      summary: "Does its store answer? 503 if it doesn't. With a gate for each tenant there is none to ask.",
      answer: Health,
      run: async () => ({ status: await isReady() }),
    }),
    openEndpoint({
      id: "getDocument",
      method: "get",
      path: "/v1/openapi.json",
      summary: "This document.",
      answer: z.record(z.string(), z.unknown()),
      run: async () => ({ ...documentOf() }),
    }),
  ];
}

/** @throws STORE_UNAVAILABLE */
function readiness(gate: Gate | ((by: Principal) => Gate)): () => Promise<"running" | "ready"> {
  if (typeof gate === "function") return async () => "running";
  let asked = { at: -Infinity, answer: Promise.resolve(true) };
  return async () => {
    const now = performance.now();
    if (now - asked.at >= FRESH) asked = { at: now, answer: gate.freezes().then(() => true, () => false) }; // prettier-ignore
    if (await asked.answer) return "ready";
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
  };
}
