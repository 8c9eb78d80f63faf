/** Results, for programs and people. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** How far it is, and what is wrong. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
