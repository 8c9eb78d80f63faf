/** What a child tells: what it is about, and that. */
export type Telling = readonly [about: string, what: unknown];

export function tell(about: string, what: unknown): void {
  const telling: Telling = [about, what];
  process.send?.(telling);
}

/** Answers what the parent asks from now on, and ends with the parent. */
export function answering(answer: (question: string) => unknown): void {
  const tellAnswer = async (question: string): Promise<void> => tell(question, await answer(question));
  process.on("message", (question: string) => void tellAnswer(question));
  process.once("disconnect", () => process.exit());
  process.send?.("ready");
}
