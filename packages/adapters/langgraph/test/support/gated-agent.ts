import { approvalMiddleware, gateTools } from "@countersign/langgraph";
import { createAgent, providerStrategy } from "langchain";
import type { z } from "zod";
import { middlewareAround, middlewareChecking } from "./around.ts";
import type { Parts } from "./neutral-adapter.ts";

/** LangChain's agent: one gate stands around all its tools. */
export function gatedAgent({ gate, model, tools, checkpointer, around, check, gatedTwice, structured }: Parts) {
  return createAgent({
    model,
    tools: gatedTwice ? gateTools(gate, tools) : tools,
    ...(structured ? { responseFormat: providerStrategy(structured as z.ZodObject) } : {}),
    ...(checkpointer ? { checkpointer } : {}),
    middleware: [approvalMiddleware(gate), ...(around ? [middlewareAround(around)] : []), ...(check ? [middlewareChecking(check)] : [])],
  }) as never;
}
