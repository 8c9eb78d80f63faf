/** A number as YAML reads it; `kept`: does it still say what was written? */
export interface ReadNumber {
  readonly value: number;
  readonly kept: boolean;
}

/** A number of YAML's core schema: decimal, `0x…` or `0o…`. JSON's numbers keep about 16 digits. */
export function readNumber(source: string): ReadNumber {
  const value = Number(source);
  if (/^0[xo]/.test(source)) return { value, kept: Number.isSafeInteger(value) };
  return { value, kept: Number.isFinite(value) && decimal(source) === decimal(String(value)) };
}

/** The same text for the same decimal number, however it is written. */
function decimal(source: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign.replace("+", "")}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
