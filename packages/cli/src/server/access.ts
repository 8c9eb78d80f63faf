import { personText, visible } from "@countersign/review";
import type { Refused, SignedIn } from "@countersign/server";
import type { Line, Output } from "../output/output.ts";
import { iso } from "../output/when.ts";

/** Says who signs in and who is refused, beside the decisions. */
export function tellAccess(out: Output): (event: SignedIn | Refused) => void {
  return (event) => {
    const at = Date.now();
    if (out.people) out.line(accessLine(event, at));
    else out.value({ at, ...event, by: event.by?.id });
  };
}

function accessLine(event: SignedIn | Refused, at: number): Line {
  const from = event.peer === undefined ? "" : ` from ${visible(event.peer)}`;
  const time = `${iso(at).slice(11, 19)} `;
  if (event.type === "signed-in")
    return [time, { style: "green", text: "signed in" }, ` ${visible(personText(event.by))}, by ${visible(event.way)}${from}`];
  const who = event.by === undefined ? "" : `, ${visible(event.by.id)}`;
  const why = event.code === undefined ? event.status : `${event.status} ${event.code}`;
  return [time, { style: "yellow", text: "refused" }, ` ${why}: ${event.method} ${visible(event.path)}${who}${from}`];
}
