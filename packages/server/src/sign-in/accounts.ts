import type { Acting, Gate } from "@countersign/core";
import { CountersignError } from "@countersign/core";
import { documentsOf, type DocumentRecord } from "@countersign/core/surface";

const COLLECTION = "account";

/** An account elsewhere, and the person it belongs to. */
export interface AccountLink {
  /** Where, and which: `slack:T1/U2`. */
  readonly account: string;
  /** The person's id here. */
  readonly person: string;
  /** Unix ms. */
  readonly linkedAt: number;
}

/** Which accounts elsewhere belong to whom here. */
export interface Accounts {
  /**
   * Answers false if the account belongs to somebody else: it has to be unlinked first. The same link again changes nothing.
   * @throws INVALID_ARGS
   */
  link(account: string, person: string, who: Acting): Promise<boolean>;
  /** Answers false if it belonged to nobody. */
  unlink(account: string, who: Acting): Promise<boolean>;
  find(account: string): Promise<AccountLink | undefined>;
}

/**
 * Links accounts of channels to people, so that whoever acts there is known here. The trail says who linked what to whom. Who
 * may do so, and how an account's owner is proved, is the caller's to say.
 * @example await createAccounts(gate).link("slack:T1/U2", "fiona", { by: fiona })
 * @throws SETUP for a store that keeps no documents
 */
export function createAccounts(gate: Gate): Accounts {
  const documents = documentsOf(gate);
  const find = async (account: string): Promise<AccountLink | undefined> => {
    const found = await documents.get(COLLECTION, account);
    return found && linkOf(found);
  };
  return {
    find,
    async link(account, person, { by, origin }) {
      if (!/^[a-z][a-z0-9-]*:./.test(account) || person === "")
        throw new CountersignError("INVALID_ARGS", {
          issues: [{ path: ["account"], message: "expected a place and an account, as in slack:T1/U2, and a person's id" }],
        });
      const note = { subject: `account/${account}`, type: "account.linked", by, data: { person }, origin };
      const body = { person, linkedAt: Date.now() };
      if (await documents.put({ collection: COLLECTION, id: account, body }, 0, note)) return true;
      return (await find(account))?.person === person;
    },
    async unlink(account, { by, origin }) {
      const found = await documents.get(COLLECTION, account);
      const person = found && linkOf(found)?.person;
      const note = {
        subject: `account/${account}`,
        type: "account.unlinked",
        by,
        data: { ...(person !== undefined && { person }) },
        origin,
      };
      return found !== undefined && documents.delete(COLLECTION, account, { expects: found.version, note });
    },
  };
}

function linkOf({ id, body: { person, linkedAt } }: DocumentRecord): AccountLink | undefined {
  return typeof person === "string" && typeof linkedAt === "number" ? { account: id, person, linkedAt } : undefined;
}
