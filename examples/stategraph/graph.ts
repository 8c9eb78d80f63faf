// A payment on a plain StateGraph, without agent and model: ask in one node, pay in the next, or cancel.
import { Command, END, START, StateGraph, type BaseCheckpointSaver } from "@langchain/langgraph";
import { createRunner, requestApproval } from "@countersign/langgraph";
import { z } from "zod";
import { gate } from "../approvals.ts";
import { pay, type Payment } from "../bank.ts";

const State = z.object({
  recipient: z.string(),
  amount: z.number(),
  approval: z.custom<{ readonly id: string; readonly args: Payment }>().optional(),
  status: z.string().default("new"),
});

export function paymentsOver(checkpointer: BaseCheckpointSaver) {
  const graph = new StateGraph(State)
    .addNode(
      "approval_gate",
      async ({ recipient, amount }: z.infer<typeof State>) => {
        const approval = await requestApproval(gate, { tool: "send_payment", args: { recipient, amount } });
        switch (approval.status) {
          case "allowed":
          case "approved":
            return new Command({ goto: "execute", update: { approval } });
          default:
            return new Command({ goto: "cancel", update: { status: approval.message } });
        }
      },
      { ends: ["execute", "cancel"] },
    )
    .addNode("execute", async ({ approval }) => {
      if (!approval) throw new Error("nothing was approved");
      // The recorded arguments run, whatever the graph's state says by now. What the effect answers is recorded as well, so the
      // state gets what was paid, whichever process gets to write it.
      return gate.execute(approval, (args, { idempotencyKey }) => ({ ...args, status: pay(args, idempotencyKey) }));
    })
    .addNode("cancel", ({ status }) => ({ status: `Cancelled: ${status}` }))
    .addEdge(START, "approval_gate")
    .addEdge("execute", END)
    .addEdge("cancel", END)
    .compile({ checkpointer });
  return createRunner(gate, graph, { name: "payment-graph" });
}
