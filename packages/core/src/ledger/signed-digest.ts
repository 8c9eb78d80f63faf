import { digestOf } from "../canonical/json.ts";
import type { RequestRecord } from "../store/records.ts";

/** The digest of what would run, if the record's parts agree on it: a changed record has none. */
export function signedDigest({ namespace, tool, proposal, approvedArgs }: RequestRecord): string | undefined {
  const digest = digestOf({ namespace, tool, args: approvedArgs ?? proposal.args });
  return digest === proposal.digest ? digest : undefined;
}
