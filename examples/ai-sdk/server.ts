// The server of the chat: its one route, and the reviewers'.
import { isCountersignError, type Decision, type Principal } from "@countersign/core";
import type { UIMessage } from "ai";
import { Hono } from "hono";
import { gate } from "../approvals.ts";
import { payments } from "./agent.ts";

/** Stands in for your sessions: the page says who it is. */
const people: ReadonlyMap<string, Principal> = new Map([
  ["bob", { id: "bob", name: "Bob" }],
  ["fiona", { id: "fiona", name: "Fiona", roles: ["finance"] }],
]);
function signedIn(request: Request): Principal {
  const person = people.get(request.headers.get("x-user") ?? "");
  if (!person) throw new Error("nobody is signed in");
  return person;
}

export const app = new Hono()
  .post("/api/chat", async (c) => {
    const { id, message } = await c.req.json<{ id: string; message: UIMessage }>();
    return payments.respond({ threadId: id, message, by: signedIn(c.req.raw) });
  })
  .get("/api/chat/:id", async (c) => c.json(await payments.messages(c.req.param("id"))))
  .get("/api/reviews", async (c) => {
    const { items } = await gate.list({ status: "pending", reviewableBy: signedIn(c.req.raw) });
    return c.json(items.map(({ id, tool, args, reason, proposal }) => ({ id, tool, args, reason, digest: proposal.digest })));
  })
  .post("/api/reviews/:id", async (c) => {
    const { digest, decision } = await c.req.json<{ digest: string; decision: Decision }>();
    await gate.decide({ id: c.req.param("id"), digest }, decision, { by: signedIn(c.req.raw), via: "review page" });
    return c.json({});
  })
  .onError((error, c) =>
    isCountersignError(error) ? c.json({ code: error.code, message: error.message }, 409) : c.text("An error occurred.", 500),
  );
