/** What a piece of work threw. */
export function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "nothing thrown",
    (error: unknown) => error,
  );
}
