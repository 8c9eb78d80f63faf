import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { areShortcutsOn } from "../../keys/keys.ts";
import { Icon } from "../../look/icon.tsx";
import { LONGEST_SEARCH } from "./filters.ts";
import styles from "./search-box.module.css";

/** Ms: whoever types isn't answered letter by letter. */
const PAUSE = 300;

interface SearchBoxProps {
  /** Where what is searched for is typed. */
  readonly field: RefObject<HTMLInputElement | null>;
  /** What is searched for. */
  readonly search: string;
  /** `replace`: it only goes on with the search before. */
  readonly onSearch: (search: string, replace: boolean) => void;
  /** Back to the list. */
  readonly onLeave: () => void;
}

export function SearchBox({ field, search, onSearch, onLeave }: SearchBoxProps) {
  const typed = useSignal(search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(timer.current);
    typed.value = search;
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function ask(): void {
    clearTimeout(timer.current);
    const text = typed.value.trim();
    if (text !== search) onSearch(text, search !== "" && text !== "");
  }

  return (
    <form
      class={styles["box"]}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
        onLeave();
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label="Search tools, agents, people, threads and ids"
        aria-keyshortcuts="/"
        placeholder="Search requests"
        maxLength={LONGEST_SEARCH}
        autocomplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(ask, PAUSE);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          typed.value = "";
          ask();
          onLeave();
        }}
      />
      {areShortcutsOn.value && typed.value === "" && <kbd aria-hidden="true">/</kbd>}
    </form>
  );
}
