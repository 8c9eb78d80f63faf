/**
 * Looks again and again, one look after the other. What is found after the end is left alone: it is older than what the page
 * shows by then.
 * @param ms between an answer and the next look
 * @returns ends it
 */
export function lookEvery<T>(ms: number, look: () => Promise<T>, show: (found: T) => void): () => void {
  let isOver = false;
  let timer = setTimeout(again, ms);
  function again(): void {
    look()
      .then((found) => isOver || show(found))
      // The next look may find the server again.
      .catch(() => {})
      .finally(() => {
        if (!isOver) timer = setTimeout(again, ms);
      });
  }
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
