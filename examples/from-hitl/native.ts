import { Command, type BaseCheckpointSaver } from "@langchain/langgraph";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { createAgent, humanInTheLoopMiddleware } from "langchain";
import { executeSql, readData, writeFile } from "./tools.ts";

export function agentOver(model: BaseChatModel, checkpointer: BaseCheckpointSaver) {
  const agent = createAgent({
    model,
    tools: [writeFile, executeSql, readData],
    middleware: [
      humanInTheLoopMiddleware({
        interruptOn: {
          write_file: true,
          execute_sql: { allowedDecisions: ["approve", "reject"], description: "SQL needs the approval of a database administrator" },
          read_data: false,
        },
      }),
    ],
    checkpointer,
  });
  const inThread = (thread_id: string) => ({ configurable: { thread_id } });

  return {
    ask: (threadId: string, text: string) => agent.invoke({ messages: text }, inThread(threadId)),
    approve: async (threadId: string) => {
      const answer = new Command({ resume: { decisions: [{ type: "approve" }] } });
      return agent.invoke(answer, inThread(threadId));
    },
  };
}
