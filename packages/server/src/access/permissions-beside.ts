import type { ApprovalRequest } from "@countersign/core";
import { mayCancel, maySettle, type Permission } from "@countersign/review";
import type { Context } from "../http/endpoint.ts";
import type { RequestAnswer } from "../schemas/answers.ts";
import { couldFreeze } from "./asked-lately.ts";

const ALLOWED: Permission = { allowed: true };

/** What they may do with a request beside deciding it, and why not: the same that the routes for it answer. */
export async function permissionsBeside(context: Context, request: ApprovalRequest): Promise<RequestAnswer["may"]> {
  const { rights, caller } = context;
  const { namespace, tool } = request;
  const now = Date.now();
  const isFreezable = await couldFreeze(context, namespace === undefined ? tool : `${namespace}/${tool}`);
  return {
    cancel: rights.mayCancel(request)
      ? mayCancel(request, caller.by, now)
      : forbidden("Only whoever asked for it, and operators, may withdraw it."),
    settle: rights.maySign ? maySettle(request, caller.by, now) : forbidden("Only people who may sign it may settle it."),
    freeze: isFreezable ? ALLOWED : forbidden("Only operators, and whoever may sign its calls, may freeze this tool."),
  };
}

function forbidden(reason: string): Permission {
  return { allowed: false, code: "FORBIDDEN", reason };
}
