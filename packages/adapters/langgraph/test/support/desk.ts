import { Amount, openDesk as openNeutralDesk, type Desk as NeutralDesk, type DeskOptions, type Payment } from "@countersign/adapter-tests";
import type { ApprovalRequest } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { tool } from "langchain";

/** The adapters' desk with the tool that pays, in LangChain's words. */
export interface Desk extends Pick<NeutralDesk, "gate" | "effects" | "pending"> {
  readonly pay: ReturnType<typeof payTool>;
  /** Calls of the store since the desk was opened, by method. */
  readonly io: Map<string, number>;
  approve(to: string): Promise<ApprovalRequest>;
  edit(to: string, args: object): Promise<ApprovalRequest>;
  reject(to: string, ...how: Parameters<NeutralDesk["reject"]>): Promise<ApprovalRequest>;
}

/** `during`: before a payment is carried out; its answer, if any, is the tool's. */
export function openDesk({ during, ...options }: Omit<DeskOptions, "store"> & { during?: (args: Payment) => unknown } = {}): Desk {
  const { store, io } = counted(memoryStore());
  const desk = openNeutralDesk({ ...options, store });
  return {
    ...desk,
    io,
    pay: payTool(desk, during),
    approve: (to) => desk.about(to).approve(),
    edit: (to, args) => desk.about(to).edit(args),
    reject: (to, ...how) => desk.about(to).reject(...how),
  };
}

function payTool({ carryOut }: NeutralDesk, during: ((args: Payment) => unknown) | undefined) {
  return tool(
    async (args: Payment) => {
      const extra = await during?.(args);
      const said = await carryOut(args);
      return extra ?? said;
    },
    { name: "pay", description: "Pays", schema: Amount },
  );
}

function counted(store: ReturnType<typeof memoryStore>): { store: typeof store; io: Map<string, number> } {
  const io = new Map<string, number>();
  const counting = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        io.set(String(name), (io.get(String(name)) ?? 0) + 1);
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { store: counting, io };
}

/** What the obedient model is told: pay these. */
export const paying = (...payments: readonly [amount: number, to: string][]): string =>
  JSON.stringify(payments.map(([amount, to]) => ["pay", { amount, to }]));

/** The messages of a state as `type: text`. */
export const transcript = (state: { messages: readonly { type: string; text: string }[] }): string[] =>
  state.messages.map((message) => `${message.type}: ${message.text}`);
