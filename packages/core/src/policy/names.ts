/** The address of a tool: `tool`, or `namespace/tool`. */
export function addressOf(call: { readonly namespace?: string | undefined; readonly tool: string }): string {
  return call.namespace === undefined ? call.tool : `${call.namespace}/${call.tool}`;
}

/** Its namespace and its name again. */
export function addressed(address: string): { readonly namespace: string | undefined; readonly tool: string } {
  const slash = address.lastIndexOf("/");
  return slash < 0 ? { namespace: undefined, tool: address } : { namespace: address.slice(0, slash), tool: address.slice(slash + 1) };
}

/** The name a rule stands under: a tool, `namespace/tool`, or either with `*` for any run of characters. */
export interface RuleName {
  readonly text: string;
  /** Higher is more specific: a named namespace before none, no wildcard before some, then the longer literal part. */
  readonly specificity: number;
  matches(address: string): boolean;
}

/** Does the rule's name say which namespace it is about? */
export function isNamespaced({ name }: { readonly name: RuleName }): boolean {
  return name.text.includes("/");
}

const NAMESPACED = 1e9;
const EXACT = 1e6;

export function ruleName(text: string): RuleName {
  const parts = text.split("*");
  const literal = text.length - (parts.length - 1);
  return {
    text,
    specificity: (text.includes("/") ? NAMESPACED : 0) + (parts.length === 1 ? EXACT : 0) + literal,
    matches: parts.length === 1 ? (address) => address === text : (address) => matchesParts(address, parts),
  };
}

/** Is there an address that both names stand for? */
export function overlaps(a: RuleName, b: RuleName): boolean {
  const [parts, others] = [a.text.split("*"), b.text.split("*")];
  if (parts.length === 1) return b.matches(a.text);
  if (others.length === 1) return a.matches(b.text);
  // Whatever stands between the wildcards fits into one of the other name: only the ends can exclude each other.
  const [head = "", otherHead = ""] = [parts[0], others[0]];
  const [tail = "", otherTail = ""] = [parts.at(-1), others.at(-1)];
  return (head.startsWith(otherHead) || otherHead.startsWith(head)) && (tail.endsWith(otherTail) || otherTail.endsWith(tail));
}

/** Linear, unlike a regular expression with several wildcards. */
function matchesParts(address: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!address.startsWith(first) || !address.endsWith(last) || address.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = address.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= address.length - last.length;
}

/** Does a name speak of this tool? One without a namespace speaks of every namespace. */
export function speaksOf(name: RuleName, call: { readonly namespace?: string | undefined; readonly tool: string }): boolean {
  return name.matches(addressOf(call)) || (call.namespace !== undefined && !name.text.includes("/") && name.matches(call.tool));
}

/** May a name that speaks of every namespace be about a tool of this rule? */
export function mayConcern(name: RuleName, rule: RuleName): boolean {
  if (overlaps(name, rule)) return true;
  const slash = rule.text.lastIndexOf("/");
  return slash >= 0 && !name.text.includes("/") && overlaps(name, ruleName(rule.text.slice(slash + 1)));
}
