import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { VisibleText } from "../../look/visible-text.tsx";
import { isOnTheWay, type ArgsPath } from "./args-path.ts";
import { countText } from "./count-text.ts";
import { Description } from "./description.tsx";
import { More, useShown } from "./more.tsx";
import { FIRST_ROWS, openFolds, type Argument } from "./open-folds.ts";
import { Value } from "./value.tsx";
import styles from "./arguments.module.css";

const STEP = 200;
/** So many rows are drawn, or left as they are, together. */
const PIECE = 100;

interface ArgumentRowsProps {
  readonly args: readonly Argument[];
  /** 0 for the arguments themselves. */
  readonly level: number;
  /** Those that stand open from the beginning. */
  readonly open: ReadonlySet<Argument>;
  readonly sought: ReadonlySignal<ArgsPath | undefined>;
}

/** Arguments, or what is in one of them, as names and values. */
export function ArgumentRows({ args, level, open, sought }: ArgumentRowsProps) {
  const [most, more] = useShown(FIRST_ROWS, STEP);
  const target = sought.value;
  const found = target ? args.findIndex(({ path }) => isOnTheWay(path, target)) : -1;
  const shown = Math.max(most, found + 1);
  return (
    <>
      <dl class={styles["rows"]} data-level={Math.min(level, 5)} data-many={shown > FIRST_ROWS}>
        {Array.from({ length: Math.ceil(shown / PIECE) }, (_, index) => (
          <RowsPiece
            key={index}
            args={args}
            from={index * PIECE}
            to={Math.min((index + 1) * PIECE, shown)}
            level={level}
            open={open}
            sought={sought}
          />
        ))}
      </dl>
      <More shown={shown} total={args.length} step={STEP} of="rows" onMore={more} />
    </>
  );
}

/** Drawn once: what is drawn already costs nothing when more is shown. */
function RowsPiece({ args, from, to, level, open, sought }: ArgumentRowsProps & { readonly from: number; readonly to: number }) {
  return useMemo(
    () => (
      <>
        {args.slice(from, to).map((argument) => (
          <ArgumentRow key={argument.path.at(-1)} argument={argument} level={level} open={open} sought={sought} />
        ))}
      </>
    ),
    [args, from, to, level, open, sought],
  );
}

interface ArgumentRowProps extends Omit<ArgumentRowsProps, "args"> {
  readonly argument: Argument;
}

const PARSED = {
  added: "Added by the tool",
  changed: "Read so by the tool",
  "left out": "Left out by the tool",
  "set when it runs": "Set by the tool when it runs",
} as const;

/** One argument: what it is called, what it is, and what is special about it. */
function ArgumentRow({ argument, level, open, sought }: ArgumentRowProps) {
  const { path, name, label, description, kind, items, parsed, signed, isUnknown, isEdited } = argument;
  const element = useRef<HTMLElement>(null);
  const target = sought.value;
  const isSought = target !== undefined && target.length === path.length && isOnTheWay(path, target);
  useEffect(() => {
    if (!isSought) return;
    element.current?.scrollIntoView({ block: "center" });
    element.current?.focus({ preventScroll: true });
  }, [isSought, target]);
  const isWide = items !== undefined || kind === "block" || (argument.length ?? 0) > 0;
  return (
    <div class={styles["row"]} data-wide={isWide} data-sought={isSought}>
      <dt class={styles["name"]} ref={element} tabIndex={-1}>
        <VisibleText text={label ?? name} />
        {label !== undefined && label.toLowerCase() !== name.toLowerCase() && (
          <code class={styles["key"]}>
            <VisibleText text={name} />
          </code>
        )}
        {isEdited && !items && <span class={styles["edited"]}>Edited</span>}
        {isUnknown && <span class={styles["unknown"]}>Unknown to the tool’s schema</span>}
        {description !== undefined && <Description text={description} />}
      </dt>
      <dd class={styles["value"]} data-parsed={parsed}>
        {items ? <Members argument={argument} items={items} level={level} open={open} sought={sought} /> : <Value {...argument} />}
        {parsed && <span class={styles["parsed"]}>{PARSED[parsed]}</span>}
        {signed !== undefined && (
          <span class={styles["parsed"]}>
            Signed as <VisibleText text={signed} quoted={signed.startsWith('"')} />
          </span>
        )}
      </dd>
    </div>
  );
}

/** What is in a list or an object. What isn't open isn't drawn. */
function Members({ argument, items, level, open, sought }: ArgumentRowProps & { readonly items: readonly Argument[] }) {
  const chosen = useSignal<boolean | undefined>(undefined);
  const isFirstOpen = open.has(argument);
  const below = useMemo(() => (isFirstOpen ? open : openFolds(items)), [isFirstOpen, open, items]);
  const target = sought.value;
  useEffect(() => {
    if (target && target.length > argument.path.length && isOnTheWay(argument.path, target)) chosen.value = true;
  }, [target]);
  if (items.length === 0) return <span class={styles["none"]}>{argument.kind === "list" ? "An empty list" : "Nothing in it"}</span>;
  const isOpen = chosen.value ?? isFirstOpen;
  return (
    <details
      class={styles["members"]}
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open !== isOpen) chosen.value = event.currentTarget.open;
      }}
    >
      <summary class={styles["count"]}>
        {argument.kind === "list" ? countText(items.length, "item") : countText(items.length, "field")}
        {level >= 5 && `, level ${level + 1}`}
      </summary>
      {isOpen && <ArgumentRows args={items} level={level + 1} open={below} sought={sought} />}
    </details>
  );
}
