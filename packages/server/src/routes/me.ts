import { z } from "zod";
import type { Me } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { describing } from "../schemas/wire.ts";

const MeAnswer = describing<Me>()(
  z
    .object({
      id: z.string(),
      name: z.string().optional(),
      roles: z.array(z.string()),
      kind: z.enum(["person", "agent", "reader", "operator", "reviewer-bot"]),
      isOperator: z.boolean(),
      seesAll: z.boolean(),
      agent: z.string().optional().describe("Of an agent's key: the agent whose requests it sees."),
      until: z.number().optional().describe("Unix ms: the end of the session."),
    })
    .meta({ id: "Me" }),
);

export const me = endpoint({
  id: "getMe",
  method: "get",
  path: "/v1/me",
  summary: "Who you are here, and what you may do.",
  answer: MeAnswer,
  run: async ({ caller: { by, kind, agent, until }, rights: { isOperator, seesAll } }) => ({
    id: by.id,
    ...(by.name !== undefined && { name: by.name }),
    roles: [...(by.roles ?? [])],
    kind,
    isOperator,
    seesAll,
    ...(agent !== undefined && { agent }),
    ...(until !== undefined && { until }),
  }),
});
