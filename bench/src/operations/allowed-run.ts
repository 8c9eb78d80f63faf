import { CONVERSATIONS } from "../frameworks.ts";
import { medianMs, paired, timed } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";

interface Given {
  readonly framework: keyof typeof CONVERSATIONS;
}

/** A run with one call that the policy allows, beside the same run without a gate. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ framework }: Given): Promise<Opened> {
  const { gated, plain, bare } = await CONVERSATIONS[framework](1);
  const subject = () => timed(gated);
  const profile = async (rounds: number): Promise<readonly string[]> => {
    if (!bare) return [];
    const sides = await paired({ subject, baseline: () => timed(bare) }, rounds, 1);
    return [`beside an agent without any middleware: ${(medianMs(sides.subject) / medianMs(sides.baseline)).toFixed(2)}x`];
  };
  return { cases: [{ subject, baseline: () => timed(plain), profile }], [Symbol.asyncDispose]: async () => {} };
}
