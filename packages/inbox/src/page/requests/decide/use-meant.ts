import { useMemo } from "preact/hooks";
import { STILL } from "./how-to-approve.ts";

/**
 * Is a press meant for what the component shows? It stands where something else was pressed to open it: the second click of a
 * double click comes here, and so does what was pressed before it had stood still.
 */
export function useMeant(): (press: UIEvent) => boolean {
  const since = useMemo(() => performance.now(), []);
  return ({ detail, timeStamp }) => detail <= 1 && timeStamp - since >= STILL;
}
