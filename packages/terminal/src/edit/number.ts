/**
 * Why a number, as somebody wrote it, can't be taken: another one would run. JSON's numbers keep about 16 digits. Undefined: it can.
 * @param source as YAML's core schema has it: decimal, `0x…` or `0o…`
 */
export function numberFlaw(source: string): string | undefined {
  const value = Number(source);
  const isKept = /^0[xo]/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value) && decimal(source) === decimal(String(value));
  if (isKept) return undefined;
  const becomes = Number.isFinite(value) ? `: it would become ${value}` : "";
  return `A number keeps about 16 digits, and ${source} has more${becomes}. Put it in quotes if the tool takes a text.`;
}

/** The same text for the same decimal number, however it is written. */
function decimal(source: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign.replace("+", "")}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
