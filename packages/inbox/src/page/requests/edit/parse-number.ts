const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A number as somebody types it. One that would become another is none: nothing is rounded behind anybody's back. */
export function parseNumber(typed: string, isInteger = false): { readonly value: number } | { readonly message: string } {
  const text = typed.trim();
  if (text === "") return { message: "Enter a number." };
  if (!JSON_NUMBER.test(text)) return { message: formMistake(text) };
  const value = Number(text);
  const mistake = exactnessMistake(text, value);
  if (mistake !== undefined) return { message: mistake };
  if (isInteger && !Number.isInteger(value)) return { message: "Enter a whole number." };
  return { value: value === 0 ? 0 : value };
}

/** Why a number that is written correctly can't be kept as it is. Undefined: it can. */
export function exactnessMistake(text: string, value: number): string | undefined {
  if (!Number.isFinite(value)) return "This number is too large.";
  if (decimal(text) !== decimal(String(value))) return `This number has too many digits: it would become ${value}.`;
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.e]/.test(String(value));
  return isLong ? "This number is too large to be kept exactly." : undefined;
}

function formMistake(text: string): string {
  if (/^-?\d{1,3}(?:[,' _\u00a0\u202f]\d{3})+(?:\.\d+)?$/.test(text))
    return `Write it without separators: ${text.replace(/[,' _\u00a0\u202f]/g, "")}`;
  if (/^-?\d+,\d+$/.test(text)) return `Write a point for the decimals: ${text.replace(",", ".")}`;
  return "Enter a number in digits, such as 4200 or 0.5.";
}

/** The same for all ways to write one number: its sign, its digits without zeros around them, and its power of ten. */
function decimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  return short === "" ? "0" : `${sign}${short}e${Number(power) - fraction.length + digits.length - short.length}`;
}
