import { z } from "zod";

/** Every tool that the policies in this folder are for, by its name or `namespace/name`. */
export const tools = {
  send_payment: z.object({ recipient: z.string(), amount: z.number(), invoice: z.string(), iban: z.string() }),
  send_mail: z.object({ to: z.array(z.string()).min(1), subject: z.string(), attachments: z.number().default(0) }),
  run_sql: z.object({ query: z.string() }),
  delete_user: z.object({ id: z.string() }),
  "infra/restart": z.object({ service: z.string(), environment: z.enum(["production", "staging", "test"]) }),
  read_report: undefined,
};
