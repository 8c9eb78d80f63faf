import { useMemo } from "preact/hooks";
import { VisibleText } from "../../look/visible-text.tsx";
import { More, useShown } from "./more.tsx";
import { pieces } from "./pieces.ts";
import styles from "./long-text.module.css";

const FIRST = 2_500;
const STEP = 100_000;

interface LongTextProps {
  /** As the server or `visible` gives it. Line breaks are kept. */
  readonly text: string;
  readonly quoted?: boolean;
}

/** A text of whatever length: its beginning first, so that the page stays quick, and the rest when it is asked for. */
export function LongText({ text, quoted = false }: LongTextProps) {
  const [most, more] = useShown(FIRST, STEP);
  // A few lines aren't worth a press.
  if (text.length <= FIRST * 1.25) return <VisibleText text={text} quoted={quoted} />;
  return <Pieces text={text} quoted={quoted} most={most} onMore={more} />;
}

interface PiecesProps extends Required<LongTextProps> {
  readonly most: number;
  readonly onMore: () => void;
}

function Pieces({ text, quoted, most, onMore }: PiecesProps) {
  const all = useMemo(() => pieces(text, FIRST), [text]);
  const shown = all.slice(0, Math.ceil(most / FIRST));
  const length = shown.reduce((_, { start, text: piece }) => start + piece.length, 0);
  return (
    <>
      {shown.map(({ start, text: piece }) => (
        <Piece key={start} text={piece} quoted={quoted} />
      ))}
      <More shown={length} total={text.length} step={STEP} of="characters" onMore={onMore} />
    </>
  );
}

/** Drawn once: what is drawn already costs nothing when more is shown. */
function Piece({ text, quoted }: Required<LongTextProps>) {
  return useMemo(
    () => (
      <span class={styles["piece"]}>
        <VisibleText text={text} quoted={quoted} />
      </span>
    ),
    [text, quoted],
  );
}
