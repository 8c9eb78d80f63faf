import type { ApprovalRequest, ArgsPath } from "@countersign/core";
import { keysIn, leavesOf } from "../leaves.ts";
import { pathText } from "../path-text.ts";

/** A text that a model, a tool or a person wrote, and that a reviewer is shown. */
export interface Said {
  readonly text: string;
  /** Of a value of the arguments, or of its name. */
  readonly path: ArgsPath | undefined;
  /** `the title`, `the name of the field`. Undefined: the value at the path. */
  readonly what: string | undefined;
}

/** What a warning begins with: `recipient`, `The title`, `The name of the field payees[2].iban`. */
export function subjectOf({ what, path }: Said): string {
  const words = [what, path && pathText(path)].filter((word) => word !== undefined).join(" ");
  return what === undefined ? words : `T${words.slice(1)}`;
}

/** All texts of a request that somebody else than us wrote, without what is masked. */
export function saidIn(request: ApprovalRequest): readonly Said[] {
  const { proposal, reason, requestedBy, threadId, agent, proposedBy } = request;
  const { title, facts = [], links = [] } = proposal.description ?? {};
  const elsewhere: readonly (readonly [string, string | undefined])[] = [
    ["the title", title],
    ["the reason", reason],
    ["the name of the tool", request.tool],
    ["the namespace of the tool", request.namespace],
    ["the name of the agent", proposedBy ?? agent],
    ["the name of the thread", threadId],
    ["the name of whoever asked", requestedBy?.name ?? requestedBy?.id],
    ["the name of whoever edited it", proposal.by?.name ?? proposal.by?.id],
    ...facts.flatMap(({ label, value }) => [["the label of a fact", label] as const, [`the fact ${pathText([label])}`, value] as const]),
    ...links.flatMap(({ label, url }) => [["the label of a link", label] as const, ["the address of a link", url] as const]),
  ];
  return [
    ...leavesOf(proposal.args).flatMap(({ path, value }) => (typeof value === "string" ? [{ text: value, path, what: undefined }] : [])),
    ...keysIn(proposal.args).map(({ path, value }) => ({ text: String(value), path, what: "the name of the field" })),
    ...elsewhere.flatMap(([what, text]) => (typeof text === "string" ? [{ what, text, path: undefined }] : [])),
  ];
}
