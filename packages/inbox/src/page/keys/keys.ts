import { signal, type ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { isTaken } from "./is-taken.ts";
import { isTyped, keyOf } from "./key-of.ts";

/** What a key does, and how the help calls it. */
export interface Shortcut {
  readonly label: string;
  /** Also while the key is held down. For what only moves. */
  readonly repeats?: boolean;
  run(event: KeyboardEvent): void;
}

/** By key: `j`, `?`, `Enter`, `Shift+x`, or two after each other: `g r`. */
export type Shortcuts = Readonly<Record<string, Shortcut>>;

/** A part of the page with shortcuts of its own. Those of the parts around it count as well, unless it stands alone. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** How the help calls it. */
  readonly name: string | undefined;
  /** While it is there, nothing counts but what is inside it. A dialog is alone. */
  readonly isAlone: boolean;
  shortcuts: Shortcuts;
}

/** The scope that a component is in. */
export const ScopeContext = createContext<Scope | undefined>(undefined);

const SETTING = "countersign.shortcuts";
const areOn = signal(read());
addEventListener("storage", ({ key }) => {
  if (key === SETTING) areOn.value = read();
});

/** WCAG 2.2, 2.1.4: shortcuts of one character can be switched off. For all tabs of the browser, until they are switched on again. */
export const areShortcutsOn: ReadonlySignal<boolean> = areOn;

export function switchShortcuts(isOn: boolean): void {
  areOn.value = isOn;
  try {
    if (isOn) localStorage.removeItem(SETTING);
    else localStorage.setItem(SETTING, "off");
  } catch {
    // A browser that keeps nothing for this site: it counts in this tab.
  }
}

function read(): boolean {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

/** Ms within which the second key of `g r` counts. */
const WITHIN = 1_500;

const there = signal<readonly Scope[]>([]);
/** The scopes that count now, the innermost last. */
export const activeScopes = (): readonly Scope[] => {
  const alone = there.value.findLast(({ isAlone }) => isAlone);
  return there.value.filter((scope) => !alone || isWithin(scope, alone)).toSorted((a, b) => depthOf(a) - depthOf(b));
};

/** Shortcuts that count while the component is there. Answers its scope, for the {@link ScopeContext} of what is inside it. */
export function useShortcuts(
  shortcuts: Shortcuts,
  { name, isAlone = false }: { readonly name?: string; readonly isAlone?: boolean } = {},
): Scope {
  const parent = useContext(ScopeContext);
  const { current: own } = useRef<Scope>({ parent, name, isAlone, shortcuts });
  own.shortcuts = shortcuts;
  useEffect(() => {
    there.value = [...there.peek(), own];
    return () => {
      there.value = there.peek().filter((other) => other !== own);
    };
  }, [own]);
  return own;
}

/** Listens to the keyboard. Answers how to end that. */
export function listenToKeys(): () => void {
  let begun: { readonly key: string; readonly at: number } | undefined;

  function onKey(event: KeyboardEvent): void {
    const key = keyOf(event);
    if (key === undefined || event.defaultPrevented || isModifier(key)) return;
    const before = begun && event.timeStamp - begun.at < WITHIN ? begun.key : undefined;
    begun = undefined;
    if (isTaken(key, event.target)) return;
    const active = shortcutsNow();
    // Behind `g`, a key that leads nowhere does nothing: what it does alone isn't meant.
    const pressed = before === undefined ? key : `${before} ${key}`;
    const shortcut = active.get(pressed);
    if (!shortcut && before === undefined && [...active.keys()].some((name) => name.startsWith(`${pressed} `))) {
      begun = { key, at: event.timeStamp };
    } else if (!shortcut) return;
    event.preventDefault();
    if (shortcut && (!event.repeat || shortcut.repeats)) shortcut.run(event);
  }

  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function shortcutsNow(): ReadonlyMap<string, Shortcut> {
  const all = activeScopes().flatMap(({ shortcuts }) => Object.entries(shortcuts));
  return new Map(areShortcutsOn.value ? all : all.filter(([key]) => !isTyped(key)));
}

function isModifier(key: string): boolean {
  return /^(?:Shift\+)?(?:Shift|Control|Alt|AltGraph|Meta|CapsLock|Fn)$/.test(key);
}

function isWithin(scope: Scope | undefined, outer: Scope): boolean {
  return scope !== undefined && (scope === outer || isWithin(scope.parent, outer));
}

function depthOf({ parent }: Scope): number {
  return parent ? depthOf(parent) + 1 : 0;
}
