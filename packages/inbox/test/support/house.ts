import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGate, definePolicy, type ApprovalRequest, type Gate, type JsonObject, type Policy, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { createServer, type Server, type ServerOptions } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import { z } from "zod";
import { inbox } from "@countersign/inbox";
import { SOON_OVER, type SoonOver } from "./in-time.ts";

/** Those who sign here. Their browsers say who they are by a cookie: how real ways sign people in is the server's to test. */
export const PEOPLE = {
  fiona: { id: "fiona", name: "Fiona", roles: ["finance"] },
  bob: { id: "bob", name: "Bob", roles: ["finance"] },
  carla: { id: "carla", name: "Carla", roles: ["finance", "cfo"] },
  dora: { id: "dora", name: "Dora", roles: [] },
  oscar: { id: "oscar", name: "Oscar", roles: ["ops"] },
  audrey: { id: "audrey", name: "Audrey", roles: ["audit"] },
} as const satisfies Record<string, Principal>;
export type PersonName = keyof typeof PEOPLE;

const Payment = z.object({
  recipient: z.string().min(1).meta({ title: "Recipient" }),
  amount: z.number().positive().describe("US dollars"),
  iban: z.string().optional(),
  invoice: z.string().optional(),
});

const payments = definePolicy({
  tools: {
    send_payment: {
      args: Payment,
      deny: ({ args }) => args.amount > 100_000 && "over $100,000",
      ask: ({ args }) => args.amount > 1_000 && "over $1,000",
      describe: ({ args }) => ({
        title: `Pay ${args.recipient} $${args.amount.toLocaleString("en-US")}`,
        facts: [{ label: "Invoice", value: args.invoice ?? "none" }],
        links: [{ label: "The conversation", url: "https://chat.acme.example/c/88" }],
        risk: args.amount > 10_000 ? ("high" as const) : ("medium" as const),
      }),
      review: { roles: ["finance"], expiresIn: "48h", batch: true, remember: ["exact-args", "tool"] },
    },
    wire_abroad: {
      args: Payment.extend({ country: z.enum(["DE", "FR", "US"]), on: z.iso.date().optional(), urgent: z.boolean().default(false) }),
      ask: true,
      review: {
        roles: ["finance"],
        quorum: 2,
        fourEyes: true,
        confirm: "args.amount",
        expiresIn: "2h",
      },
    },
    hold_seats: {
      args: z.object({ event: z.string(), seats: z.int(), within: z.enum(SOON_OVER) }),
      ask: SOON_OVER.map((within) => ({
        when: ({ args }: { readonly args: { readonly within: SoonOver } }) => args.within === within,
        review: { roles: ["finance"], expiresIn: within },
      })),
      describe: ({ args }) => ({ title: `Hold ${args.seats} seats for ${args.event}`, risk: "low" as const }),
    },
    send_mail: {
      args: z.object({ to: z.array(z.string()), subject: z.string(), body: z.string(), options: z.object({ copy: z.boolean(), delay: z.int().optional() }).optional() }), // prettier-ignore
      ask: true,
      review: { roles: ["finance", "ops"], batch: true },
    },
    /** Takes anything, and says of itself whatever it is told to. */
    file_report: {
      args: z.looseObject({ title: z.string().optional(), link: z.string().optional() }),
      ask: true,
      describe: ({ args: { title, link } }) => ({
        ...(title !== undefined && { title, facts: [{ label: title, value: title }] }),
        ...(link !== undefined && { links: [{ label: title ?? "A link", url: link }] }),
      }),
      review: { roles: ["finance"] },
    },
  },
});

/** The page on a real server, before a real store. */
export interface House {
  readonly url: string;
  readonly gate: Gate;
  /** A call that waits. `key` makes it another one. */
  ask(tool: string, args: JsonObject, options?: { readonly key?: string; readonly requestedBy?: Principal }): Promise<ApprovalRequest>;
  /** The server ends, with its streams and connections, and starts again where it was. */
  restart(pause?: number): Promise<void>;
  close(): Promise<void>;
}

let asked = 0;

export async function house({
  store = memoryStore(),
  options = {},
  basePath = "/approvals",
  policy = payments,
}: {
  readonly store?: ReturnType<typeof memoryStore>;
  /** A function: of the address, for ways of signing in that have addresses of their own. */
  readonly options?: Partial<ServerOptions> | ((url: string) => Partial<ServerOptions>);
  readonly basePath?: string;
  /** Default: payments, and what else people here are asked. */
  readonly policy?: Policy;
} = {}): Promise<House> {
  const gate = createGate({ store, policy, agent: "payments", warn: () => {} });
  let server: Server;
  let http = createHttpServer();
  let port = 0;

  async function start(): Promise<void> {
    http = createHttpServer((incoming, outgoing) => void nodeListener(server)(incoming, outgoing));
    await new Promise<void>((listening) => http.listen(port, "127.0.0.1", listening));
    ({ port } = http.address() as AddressInfo);
    server = createServer({
      gate,
      inbox,
      basePath,
      hosts: [`127.0.0.1:${port}`, `localhost:${port}`],
      operators: ["ops"],
      auditors: ["audit"],
      authenticate: (request) => PEOPLE[/as=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] as PersonName],
      ...(typeof options === "function" ? options(`http://localhost:${port}${basePath}`) : options),
    });
  }
  async function stop(): Promise<void> {
    await server.close();
    await new Promise<void>((closed) => {
      http.close(() => closed());
      http.closeAllConnections();
    });
  }

  await start();
  return {
    url: `http://localhost:${port}${basePath}`,
    gate,
    async ask(tool, args, { key = `call-${++asked}`, requestedBy = PEOPLE.dora } = {}) {
      const approval = await gate.ask({ threadId: `thread-${key}`, key, tool, args, requestedBy });
      if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
      return approval.request;
    },
    async restart(pause = 0) {
      await stop();
      await new Promise((resolve) => setTimeout(resolve, pause));
      await start();
    },
    close: stop,
  };
}
