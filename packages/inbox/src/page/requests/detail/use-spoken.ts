import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { now } from "../../look/now.ts";
import type { Opened } from "./opened.ts";
import { changeText, decisionText } from "./status-line.ts";
import { timeCall } from "./time-calls.ts";

/** Says what happens to the open request to whoever hears the page: what changes, and that the time is nearly over. */
export function useSpoken({ shown, outdated }: Opened): void {
  const { announcer } = useApp();
  useEffect(() => {
    let version: number | undefined;
    let status: string | undefined;
    let left = Infinity;
    const endings = [
      effect(() => {
        const review = outdated.value?.review;
        if (review && review.version !== version) announcer.say(changeText(review));
        version = review?.version;
      }),
      effect(() => {
        const review = shown.value?.review;
        const text = review && decisionText(review);
        if (text !== undefined && status === "pending") announcer.say(text);
        status = review?.status;
      }),
      effect(() => {
        const deadline = shown.value?.review.deadline?.at ?? Infinity;
        const call = timeCall(deadline - now.value, left);
        left = deadline - now.value;
        if (call !== undefined) announcer.say(call);
      }),
    ];
    return () => {
      for (const end of endings) end();
    };
  }, [announcer, shown, outdated]);
}
