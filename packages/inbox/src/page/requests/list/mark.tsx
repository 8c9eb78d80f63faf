import { Chip, type Tone } from "../../look/chip.tsx";
import type { IconName } from "../../look/icon.tsx";

const LOOKS: Readonly<Record<string, readonly [Tone, IconName]>> = {
  "ran before": ["danger", "repeat"],
  "may have run before": ["danger", "repeat"],
  "approved before": ["caution", "repeat"],
  "asked twice": ["caution", "repeat"],
  frozen: ["caution", "frozen"],
  "due soon": ["caution", "clock"],
  edited: ["plain", "edit"],
};

/** What the server says that is worth a look: `ran before`, `frozen`. */
export function Mark({ text }: { readonly text: string }) {
  const [tone, icon] = LOOKS[text] ?? ["plain", "info"];
  return (
    <Chip tone={tone} icon={icon}>
      {text}
    </Chip>
  );
}
