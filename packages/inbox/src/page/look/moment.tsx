import { useComputed } from "@preact/signals";
import { awayText } from "./away-text.ts";
import { now } from "./now.ts";

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** What a date can hold. */
const LATEST = 8.64e15;

/** A time, Unix ms, as how far it is away. It ticks, and screen readers aren't told so. The full time is its title. */
export function Time({ at }: { readonly at: number }) {
  const text = useComputed(() => awayText(at, now.value));
  if (Math.abs(at) > LATEST) return <span>at an unknown time</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={FULL.format(at)}>
      {text}
    </time>
  );
}
