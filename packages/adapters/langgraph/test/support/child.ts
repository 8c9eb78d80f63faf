import { approve, edit, isCountersignError, reject, type Decision } from "@countersign/core";
import type { Order } from "./process.ts";
import { openWorld } from "./world.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;

function decisionOf(order: Extract<Order, { do: "decide" }>): Decision {
  if (order.decision === "approve") return approve();
  return order.decision === "reject" ? reject(order.message) : edit(order.args ?? {});
}

async function carryOut(): Promise<unknown> {
  const world = openWorld(order.place, order.behaviour);
  try {
    switch (order.do) {
      case "start":
        return await world.runner.start(order.thread, order.input, { requestedBy: "bob" });
      case "resume":
        return await world.runner.resume(order.thread);
      case "invoke":
        return await world.agent.invoke(order.input === undefined ? null : { messages: order.input }, {
          configurable: { thread_id: order.thread },
        });
      case "decide": {
        const request = await world.gate.get(order.request);
        if (!request) throw new Error(`no request ${order.request}`);
        return await world.gate.decide(request, decisionOf(order), { by: { id: "alice" } });
      }
    }
  } finally {
    await world.close();
  }
}

const answer = await carryOut().then(
  (value) => ({ value }),
  (error: unknown) => ({ error: isCountersignError(error) ? error.code : String(error) }),
);
process.stdout.write(`\n${JSON.stringify(answer)}\n`);
