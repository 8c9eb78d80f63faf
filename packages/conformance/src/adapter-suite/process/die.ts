/** As a power cut would: no handler, no flush, no farewell. */
export function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}
