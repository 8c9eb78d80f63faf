import { isApiError, type Review } from "@countersign/server/client";
import { Button } from "../../look/button.tsx";
import { Notice } from "../../look/notice.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import type { Part } from "./part.ts";
import { OUTDATED } from "./why-not.ts";

/** What stands in the way, in place: it failed, the arguments changed, somebody else decided. What was typed stays. */
export function State({
  desk,
  opened,
  answer,
  deciding,
  permission,
}: Omit<Part, "onClose"> & { readonly permission?: Review["may"]["approve"] }) {
  const { failed: { value: failed }, busy } = deciding; // prettier-ignore
  const isOver = answer.review.status !== "pending";
  const next = isOver && busy.value === undefined && (
    <Button onPress={() => void desk.openNext(answer.review.id)}>Go on to the next one</Button>
  );
  const isChanged = opened.outdated.value !== undefined;
  const isTold = failed !== undefined && !(isChanged && isApiError(failed.error, "ARGS_CHANGED"));
  return (
    <>
      {isTold && <FailureNotice failed={failed}>{next}</FailureNotice>}
      {isChanged && (
        <Notice tone="danger" title={failed ? "The arguments changed while you looked at them. Nothing was signed." : OUTDATED}>
          <Button onPress={() => opened.showNew()}>Show the new arguments</Button>
        </Notice>
      )}
      {!isTold && !isChanged && permission && !permission.allowed && (
        <Notice tone="caution" title={permission.reason}>
          {next}
        </Notice>
      )}
    </>
  );
}
