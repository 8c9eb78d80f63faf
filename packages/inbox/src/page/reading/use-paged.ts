import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { createPaged, type Paged } from "./paged.ts";

/** A list that is read as soon as the component is there, and anew when one of the inputs changes. */
export function usePaged<T, P extends { readonly items: readonly T[]; readonly next?: string | undefined }>(
  read: (after: string | undefined, signal: AbortSignal) => Promise<P>,
  inputs: readonly unknown[],
): Paged<T, P> {
  const { session } = useApp();
  const paged = useMemo(() => createPaged<T, P>(session, read), [session, ...inputs]);
  useEffect(() => {
    void paged.refresh();
    return () => paged.stop();
  }, [paged]);
  return paged;
}
