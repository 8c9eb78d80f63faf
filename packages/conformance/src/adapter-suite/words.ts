import type { Decision } from "@countersign/core";
import { brief } from "../explain/brief.ts";
import type { Entry } from "./diary.ts";
import type { Answer, Step } from "./process/order.ts";

/** A step, and how its process differs from a plain one. */
export function wordsOf({ step, atOnce, place: { variant, kill, calledOff } }: Entry): string {
  return [
    doing(step),
    ...(atOnce > 1 ? [`one of ${atOnce} at once`] : []),
    ...(variant === "" ? [] : [`in the variant "${variant}"`]),
    ...(kill ? [`in a process that dies ${kill.when} the ${kill.point}${nth(kill.nth)}`] : []),
    ...(calledOff ? ["called off at the first effect"] : []),
  ].join(", ");
}

/** How a step ended. */
export function ending({ status, code, message, text, pending, replayed, chunks }: Answer): string {
  const more = [...(replayed ? ["from the record"] : []), ...(chunks > 0 ? [`${chunks} chunks`] : [])].join(", ");
  const words = (): string => {
    switch (status) {
      case "completed":
        return text === undefined ? "completed" : `completed: ${brief(text)}`;
      case "suspended":
        return `suspended: ${pending.length === 1 ? "1 call waits" : `${pending.length} calls wait`}`;
      case "decided":
        return text === undefined ? "decided" : `decided: the request is ${text} now`;
      case "error":
        return `error${code === undefined ? "" : ` ${code}`}: ${message?.split("\n")[0] ?? ""}`;
      default:
        return status;
    }
  };
  return more === "" ? words() : `${words()} (${more})`;
}

function doing(step: Step): string {
  switch (step.do) {
    case "start": {
      const { threadId, input, pending, requestedBy, context, stream } = step;
      return [
        `start ${threadId} with ${brief(input)}${stream ? ", as a stream" : ""}`,
        ...(requestedBy === undefined ? [] : [`for ${requestedBy}`]),
        ...(pending === undefined ? [] : [`pending: "${pending}"`]),
        ...(context ? [`context ${brief(context)}`] : []),
      ].join(", ");
    }
    case "resume":
      return `resume ${step.threadId}${step.stream ? ", as a stream" : ""}`;
    case "look":
      return `read the conversation of ${step.threadId}`;
    case "work":
      return "a worker does what is due";
    case "warm":
      return "load the framework";
    case "decide":
      return `${decisionWords(step.decision, `request ${short(step.id)}`)} by ${step.by.id}${step.desk ? "" : ", at a gate with the policy"}`;
    case "answer":
      return `answer natively in ${step.threadId}: ${answerWords(step.answers)}${step.by ? `, by ${step.by.id}` : ", by nobody: straight into the framework"}`;
    case "native-start":
      return `start ${step.threadId} with ${brief(step.input)}`;
    case "native-resume":
      return `resume ${step.threadId} with ${answerWords(step.answers)}`;
  }
}

function answerWords(answers: Readonly<Record<string, Decision>>): string {
  const all = Object.entries(answers).map(([id, decision]) => decisionWords(decision, id));
  return all.length > 0 ? all.join(", ") : "no answers";
}

function decisionWords(decision: Decision, what: string): string {
  if (decision.type === "edit") return `edit ${what} to ${brief(decision.args)}`;
  const then = decision.type === "reject" && decision.then !== undefined ? `, then: "${decision.then}"` : "";
  return `${decision.type} ${what}${then}`;
}

function nth(number = 1): string {
  return number === 1 ? "" : ` number ${number}`;
}

/** Of an id, what people need to tell it from the others. */
export function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}
