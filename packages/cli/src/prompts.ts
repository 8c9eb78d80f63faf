import { Failure } from "./failure.ts";
import { EXIT } from "./exit.ts";

/** Prompts are loaded when somebody is asked: most commands ask nothing. */
const clack = () => import("@clack/prompts");
const terminal = { input: process.stdin, output: process.stderr, withGuide: false };

/** Yes or no, and no unless somebody says yes. @throws Failure for Ctrl-C */
export async function confirm(message: string): Promise<boolean> {
  const { confirm: ask } = await clack();
  return answered(await ask({ ...terminal, message, initialValue: false }));
}

/** A line of text; empty if nothing was typed. @throws Failure for Ctrl-C */
export async function line(message: string): Promise<string> {
  const { text } = await clack();
  return answered(await text({ ...terminal, message, defaultValue: "" })).trim();
}

/** How far something has come, on standard error. */
export async function progress(message: string, max: number): Promise<{ advance(): void; stop(): void }> {
  const { progress: start } = await clack();
  const bar = start({ max: Math.max(max, 1), output: process.stderr, withGuide: false });
  bar.start(message);
  return { advance: () => bar.advance(1), stop: () => bar.stop(message) };
}

/** One of several words; the last one unless somebody moves. @throws Failure for Ctrl-C */
export async function choice(message: string, words: readonly string[]): Promise<string> {
  const { select } = await clack();
  return answered(
    await select({ ...terminal, message, options: words.map((word) => ({ value: word })), initialValue: words.at(-1) ?? "" }),
  );
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === "symbol") throw new Failure(EXIT.interrupted, "Nothing was changed.");
  return answer as Exclude<T, symbol>;
}
