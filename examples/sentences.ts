// What the offline model understands: sentences that ask for payments.
import type { Payment } from "./bank.ts";

const AMOUNT = /\$\s?(\d[\d,]*(?:\.\d+)?)/;
const INVOICE = /\binvoice\s+#?([\w-]+)/i;

/** "Pay Acme Corp $4200 for invoice 88 and Globex $300" asks for two payments; "send $300 to Globex" for one. */
export function paymentsIn(text: string): readonly Payment[] {
  return clauses(text).flatMap((clause) => {
    const amount = AMOUNT.exec(clause);
    const recipient = amount && recipientIn(clause, amount[0]);
    if (!amount || !recipient) return [];
    const invoice = INVOICE.exec(clause)?.[1];
    return [{ recipient, amount: Number(amount[1]?.replaceAll(",", "")), ...(invoice ? { invoice } : {}) }];
  });
}

/** One amount each: "Johnson and Sons $20" is one clause. */
function clauses(text: string): readonly string[] {
  const parts = text.split(/(\s*(?:;|\band\b|\bthen\b|,(?!\d))\s*)/i);
  return parts.reduce<string[]>((done, part, i) => {
    const last = done.at(-1);
    if (i % 2 === 1) return AMOUNT.test(last ?? "") ? done : [...done.slice(0, -1), `${last}${part}`];
    return last === undefined || AMOUNT.test(last) ? [...done, part] : [...done.slice(0, -1), last + part];
  }, []);
}

function recipientIn(clause: string, amount: string): string | undefined {
  const [before = "", after = ""] = clause.split(amount);
  const named =
    /\bto\s+(.+)/i.exec(after)?.[1] ?? before.replace(/^\W*(?:(?:and|then)\s+)*(?:please\s+)?(?:pay|send|transfer|wire|give)?\s*/i, "");
  const recipient = named.replace(/\bfor\b.*$/i, "").replace(INVOICE, "").replace(/[\s.!?:]+$/, "").trim(); // prettier-ignore
  return recipient === "" ? undefined : recipient;
}
