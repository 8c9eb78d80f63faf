import { useMemo } from "preact/hooks";

/**
 * A press counts on what has stood still for so long when it is pressed, however long a busy page takes to hear of that: the second
 * click of a double click doesn't reach the next request.
 */
export const STILL = 500;

/**
 * Is a press meant for what the component shows? It stands where something else was pressed to open it: the second click of a
 * double click comes here, and so does what was pressed before it had stood still.
 * @param said what it says: if that changes, it is looked at anew
 */
export function useMeant(said?: unknown): (press: UIEvent) => boolean {
  const since = useMemo(() => performance.now(), [said]);
  return ({ detail, timeStamp }) => detail <= 1 && timeStamp - since >= STILL;
}
