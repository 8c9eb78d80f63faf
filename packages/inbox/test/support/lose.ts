import { approve, CountersignError, type ApprovalRequest } from "@countersign/core";
import { PEOPLE, type House } from "./house.ts";

/** It is approved, and started, and nobody knows whether it happened. */
export async function lose({ gate }: House, request: ApprovalRequest): Promise<void> {
  await gate.decide(request, approve(), { by: PEOPLE.bob });
  await gate
    .execute({ id: request.id, args: request.args }, () => {
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    })
    .catch(() => {});
}
