/**
 * What a process died of, from its standard error: the first line that names an error, and what caused it in the end. The
 * line of source that Node prints above it says `throw new Error`, and is none.
 */
export function thrownIn(printed: string): string | undefined {
  const [error] = /^[\w$.]*Error(?: \[\w+\])?(?:: .*)?$/m.exec(printed) ?? [];
  if (error === undefined) return undefined;
  const causes = [...printed.matchAll(/^\s+\[cause\]: (.*?)(?: \{)?$/gm)];
  const cause = causes.at(-1)?.[1];
  return cause === undefined ? error : `${error} (caused by ${cause})`;
}
