/** The first signal asks politely; the second ends the process, as signals do. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      process.off("SIGINT", over).off("SIGTERM", over);
      resolve();
    };
    process.on("SIGINT", over).on("SIGTERM", over);
  });
}
