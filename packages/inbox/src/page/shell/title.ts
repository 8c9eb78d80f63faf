import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const PRODUCT = "Countersign";
const own = signal<string | undefined>(undefined);

/** What the browser's tab says while the component is there, in place of the name of its page. Undefined: not known yet. */
export function useTitle(text: string | undefined): void {
  useEffect(() => {
    own.value = text;
    return () => {
      own.value = undefined;
    };
  }, [text]);
}

/** Keeps the title of the browser's tab: what waits first, because that is what stays to be seen when there are many tabs. */
export function useDocumentTitle(page: string, waiting: string | undefined): void {
  const name = own.value ?? page;
  useEffect(() => {
    document.title = `${waiting === undefined || waiting === "0" ? "" : `(${waiting}) `}${name} · ${PRODUCT}`;
  }, [name, waiting]);
}
