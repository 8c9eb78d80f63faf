/** A mistake that has a name. `offset` counts characters from 0. */
interface Slip {
  readonly message: string;
  readonly offset: number;
}

/** What other languages write, and what CEL writes. In texts and after a dot these mean something else. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, right: string])[] = [
  [/(?<![\w.])and(?!\w)/gi, "&&"],
  [/(?<![\w.])or(?!\w)/gi, "||"],
  [/(?<![\w.])not\s+in(?!\w)/gi, "!(… in …)"],
  [/(?<![\w.])not(?!\w|\s+in\b)/gi, "!"],
  [/(?<![\w.])is\s+not(?!\w)/gi, "!="],
  [/(?<![\w.])is(?!\w|\s+not\b)/gi, "=="],
  [/===/g, "=="],
  [/!==/g, "!="],
  [/<>/g, "!="],
  [/=~/g, ".matches(…)"],
  [/(?<![\w.])like(?!\w)/gi, ".matches(…)"],
  [/(?<![=!<>])=(?![=~>])/g, "=="],
  [/(?<!&)&(?!&)/g, "&&"],
  [/(?<!\|)\|(?!\|)/g, "||"],
  [/\?\?/g, "has(…) ? … : …"],
  [/\?\./g, "has(…) && …"],
];

/** Mistakes that have words of their own. The first that fits is told, with what follows the place. */
const OTHERS: readonly (readonly [pattern: RegExp, message: string])[] = [
  [/=>/g, "CEL has no `=>`. Write `>=` for at least, and `list.exists(x, x > 1)` for a loop."],
  [/(?<=\bin\s*)\((?=[^()]*,)/g, 'CEL writes lists in brackets: `in ["a", "b"]`.'],
  [/\d[_,](?=\d{3}(?!\d))/g, "Write the number without separators: `1000`."],
  [/[“”„‘’`]/g, "Put texts between `\"` or `'`."],
  [/(?<![\w.])(?:if|return|let|var|const|function)(?!\w)/g, "A condition is one expression that is true or false. `a ? b : c` chooses."],
  [/(?<=\.)(?:in|true|false|null)(?!\w)/g, 'Write a field that is named like a word of CEL in brackets: `args["in"]`.'],
  [/\{\{|\$\{/g, "A condition is an expression already: leave the braces out."],
  [/;/g, "A condition is one expression: leave out the `;`."],
];

/** Operators that want something on both sides. */
const OPERATOR = String.raw`&&|\|\||[=!<>]=|[<>+*/%?:]|(?<![\w.])in(?!\w)`;

/** What somebody meant who wrote a text that is no CEL; undefined: nobody knows. */
export function slipIn(text: string): Slip | undefined {
  const { masked, unclosed } = maskTexts(text);
  const curly = /[“”„‘’]/.exec(masked);
  if (unclosed !== undefined && !curly) return slip(`A closing ${text.charAt(unclosed)} is missing.`, unclosed);
  return foreign(masked) ?? other(masked) ?? bracket(masked, text) ?? lonely(masked);
}

function slip(message: string, offset: number): Slip {
  return { message, offset };
}

/** The texts in it as blanks, so that what is looked for is not found in them. */
function maskTexts(text: string): { readonly masked: string; readonly unclosed: number | undefined } {
  const masked = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (found) => `"${"_".repeat(found.length - 2)}"`);
  const opened = masked.replaceAll(/"_*"/g, (found) => " ".repeat(found.length)).search(/["']/);
  return { masked, unclosed: opened < 0 ? undefined : opened };
}

/** All of them in one sentence: whoever writes `and` often writes `===` as well. */
function foreign(masked: string): Slip | undefined {
  const found = ELSEWHERE.flatMap(([pattern, right]) => {
    const [first] = masked.matchAll(pattern);
    return first ? [{ at: first.index, said: `\`${right}\`, not \`${first[0]}\`` }] : [];
  }).sort((a, b) => a.at - b.at);
  const [first] = found;
  return first && slip(`CEL writes ${found.map(({ said }) => said).join(", and ")}.`, first.at);
}

function other(masked: string): Slip | undefined {
  for (const [pattern, message] of OTHERS) {
    const [first] = masked.matchAll(pattern);
    if (first) return slip(message, first.index);
  }
  return undefined;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** A bracket without its other one. */
function bracket(masked: string, text: string): Slip | undefined {
  const open: number[] = [];
  for (const [at, letter] of Array.from(masked, (letter, index) => [index, letter] as const)) {
    if (letter in CLOSING) open.push(at);
    else if (letter === ")" || letter === "]" || letter === "}") {
      const opened = open.pop();
      const wanted = opened === undefined ? undefined : CLOSING[masked.charAt(opened)];
      if (wanted !== letter)
        return slip(wanted ? `\`${wanted}\` is needed here, not \`${letter}\`.` : `There is a \`${letter}\` too many.`, at);
    }
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  const before = /"_*"\s*$|[\w.]+\s*$|\S\s*$/.exec(masked);
  const word = text.slice(before?.index ?? 0).trim();
  return slip(`A \`${CLOSING[masked.charAt(last)]}\` is missing after ${word}.`, last);
}

function lonely(masked: string): Slip | undefined {
  const after = new RegExp(String.raw`(${OPERATOR}|[!(-])\s*(?:$|(?=&&|\|\||\)))`).exec(masked);
  if (after) return slip(`Something is missing after \`${after[1]}\`.`, after.index);
  const before = new RegExp(String.raw`^\s*(${OPERATOR})`).exec(masked);
  return before ? slip(`Something is missing before \`${before[1]}\`.`, masked.search(/\S/)) : undefined;
}

/** Names that other languages have for what CEL has under another. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["None", "null"],
  ["undefined", "null"],
  ["nil", "null"],
  ["NULL", "null"],
  ["True", "true"],
  ["TRUE", "true"],
  ["False", "false"],
  ["FALSE", "false"],
  ["includes", "contains"],
  ["len", "size"],
  ["length", "size"],
  ["count", "size"],
  ["match", "matches"],
  ["test", "matches"],
  ["some", "exists"],
  ["any", "exists"],
  ["every", "all"],
  ["startswith", "startsWith"],
  ["starts_with", "startsWith"],
  ["endswith", "endsWith"],
  ["ends_with", "endsWith"],
  ["now", "now"],
]);

/** ` CEL writes …`, or nothing if this is no name from elsewhere. */
export function celName(name: string): string {
  const right = NAMES.get(name);
  return right === undefined ? "" : ` CEL writes \`${right}\`.`;
}
