// The outside world: a bank that keeps a ledger in a file. Real ones also take an idempotency key.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

export interface Payment {
  readonly recipient: string;
  readonly amount: number;
  readonly invoice?: string | undefined;
}

const ledger = (): string => process.env["BANK_LEDGER"] ?? "bank.jsonl";

export function pay(payment: Payment, idempotencyKey: string | undefined): string {
  appendFileSync(ledger(), `${JSON.stringify({ ...payment, idempotencyKey })}\n`);
  return `Paid $${payment.amount} to ${payment.recipient}.`;
}

export function payments(): readonly Payment[] {
  if (!existsSync(ledger())) return [];
  return readFileSync(ledger(), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Payment);
}
