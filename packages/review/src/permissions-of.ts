import {
  isBatchable,
  isSamePerson,
  countedSignatures,
  missingSignatures,
  groupsText,
  refusalToDecide,
  rememberable,
  type ApprovalRequest,
  type CountersignError,
  type Decision,
  type Principal,
} from "@countersign/core";
import { personText } from "./person-text.ts";
import type { Permission, Permissions } from "./review.ts";
import { momentOf } from "./span-text.ts";
import { visible } from "./visible.ts";

const ALLOWED: Permission = { allowed: true };

/** What this person may do, as `gate.decide` would say, and why not what they may not. */
export function permissionsOf(request: ApprovalRequest, by: Principal | undefined, now: number): Permissions {
  const may = (type: Decision["type"]): Permission => {
    if (!by) return { allowed: false, code: "INVALID_ARGS", reason: "Say who you are to decide." };
    const error = refusalToDecide(request, type, { by, now });
    if (error) return { allowed: false, code: error.code, reason: reasonOf(error, request, type, by, now) };
    if (type === "approve" && hasSigned(request, by)) {
      const missing = visible(groupsText(missingSignatures(request)));
      return { allowed: false, code: "ALREADY_DECIDED", reason: `You have signed it already. It still takes ${missing}.` };
    }
    return ALLOWED;
  };
  const permissions = { approve: may("approve"), edit: may("edit"), reject: may("reject") };
  const isOpen = permissions.approve.allowed || permissions.reject.allowed;
  return { ...permissions, batch: batchOf(request, permissions), remember: isOpen ? rememberable(request.terms) : [] };
}

function batchOf(request: ApprovalRequest, { approve, reject }: Pick<Permissions, "approve" | "reject">): Permission {
  if (!approve.allowed && !reject.allowed) return approve;
  if (isBatchable(request.terms)) return ALLOWED;
  return { allowed: false, code: "DECISION_NOT_ALLOWED", reason: "The terms want each such call to be looked at by itself." };
}

function hasSigned(request: ApprovalRequest, by: Principal): boolean {
  return countedSignatures(request).some((signature) => isSamePerson(signature.by, by));
}

/** Why not, in the second person: it is told to whoever is looking. */
export function reasonOf(
  error: CountersignError,
  request: ApprovalRequest,
  type: Decision["type"] | undefined,
  by: Principal,
  now: number,
): string {
  const { terms, expiresAt } = request;
  switch (error.code) {
    case "NOT_AUTHORIZED":
      return visible(notAuthorized(error as CountersignError<"NOT_AUTHORIZED">, by));
    case "SELF_REVIEW":
      return (error as CountersignError<"SELF_REVIEW">).details.edited
        ? "You wrote these arguments, so somebody else has to sign them."
        : "You asked for this call, so somebody else has to sign it.";
    case "ALREADY_DECIDED":
      return alreadyDecided(request, by, now);
    case "EXPIRED":
      return `It has expired${expiresAt === undefined ? "" : `, ${momentOf(expiresAt, now).text}`}.`;
    case "DECISION_NOT_ALLOWED":
      return type === "edit" && (terms.decisions ?? ["edit"]).includes("edit")
        ? "Somebody else would have to sign your edit, and the terms name nobody else who could."
        : `The terms offer only ${visible((terms.decisions ?? []).join(", ")) || "nothing"}.`;
    case "NOT_CONFIRMED":
      return visible(
        `It can't be signed as it is: there is no one value at ${(error as CountersignError<"NOT_CONFIRMED">).details.valueless.join(" and ")} to type. Edit or reject it.`,
      );
    default:
      return visible(error.message.replace(/\s+/g, " "));
  }
}

function notAuthorized({ details: { missing, groups } }: CountersignError<"NOT_AUTHORIZED">, by: Principal): string {
  if (groups) return `Your signature would not count. It still takes ${groupsText(groups)}.`;
  const kind = by.kind ?? "person";
  if (kind !== "person") return `A principal of kind ${kind} signs only where the terms name it.`;
  const roles = by.roles ?? [];
  const have = roles.length > 0 ? `Your roles: ${roles.join(", ")}.` : "You have no role.";
  return missing.length > 0 ? `It takes ${missing.join(" or ")}. ${have}` : "Nobody may sign it.";
}

function alreadyDecided({ status, decisions, decidedAt, grantId }: ApprovalRequest, by: Principal, now: number): string {
  const when = decidedAt === undefined ? "" : `, ${momentOf(decidedAt, now).text}`;
  if (status === "expired") return `It has expired${when}.`;
  const last = status === "cancelled" ? undefined : decisions.at(-1);
  const who = last
    ? ` by ${isSamePerson(last.by, by) ? "you" : personText(last.by)}`
    : grantId === undefined
      ? ""
      : " by a remembered decision";
  return `It was ${visible(status)}${who}${when}.`;
}
