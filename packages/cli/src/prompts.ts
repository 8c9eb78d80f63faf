import { askLine, ownRows, plain, type Silence, type Tty } from "@countersign/terminal";
import { EXIT } from "./exit.ts";
import { Failure } from "./failure.ts";

const terminal: Tty = { input: process.stdin, output: process.stderr };

/** The question on rows of its own, the answer below. */
const question = (message: string) => ({
  draw: ({ columns }: { readonly columns: number }) => ownRows(message, { columns, style: plain }),
});

/** A line of text; empty if nothing was typed. @throws Failure for Ctrl-C */
export async function line(message: string): Promise<string> {
  const answer = heard(await askLine(terminal, { ...question(message), prompt: "> ", pastes: true }));
  return typeof answer === "string" ? "" : answer.line;
}

/** How far something has come, on standard error. */
export async function progress(message: string, max: number): Promise<{ advance(): void; stop(): void }> {
  const { progress: start } = await import("@clack/prompts");
  const bar = start({ max: Math.max(max, 1), output: process.stderr, withGuide: false });
  bar.start(message);
  return { advance: () => bar.advance(1), stop: () => bar.stop(message) };
}

function heard<T>(answer: T | Silence): T | Exclude<Silence, "interrupted"> {
  if (answer === "interrupted") throw new Failure(EXIT.interrupted, "Nothing was changed.");
  return answer;
}
