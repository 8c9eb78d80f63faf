import { descriptionSchema, isLink, type Description } from "../contract/description.ts";

/** Characters of one text, and members of one list: what is longer is cut, for a model may have written it. */
const LONGEST = 300;
const MOST = 30;

/** Characters of a URL: a longer one is no link. */
const LONGEST_URL = 2_000;

/** What a rule's `describe` gave, as it is recorded, but for links that lead nowhere. @throws Error for what is no description */
export function readDescription(given: unknown): { readonly description: Description; readonly flaw: string | undefined } {
  if (given instanceof Promise) {
    given.catch(() => {});
    throw new TypeError("it answers with a promise, and has to answer at once");
  }
  const parsed = descriptionSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TypeError(`it is no description: ${[...(issue?.path ?? []), issue?.message ?? ""].map(String).join(": ")}`);
  }
  const { title, facts, risk } = parsed.data;
  const links = parsed.data.links?.filter(({ url }) => isLink(url) && url.length <= LONGEST_URL);
  const lost = (parsed.data.links?.length ?? 0) - (links?.length ?? 0);
  const description = {
    ...(title !== undefined && { title: cut(title) }),
    ...(facts && { facts: facts.slice(0, MOST).map(({ label, value }) => ({ label: cut(label), value: cut(value) })) }),
    ...(links &&
      links.length > 0 && { links: links.slice(0, MOST).map(({ label, url }) => ({ label: cut(label), url: url.toWellFormed() })) }),
    ...(risk && { risk }),
  };
  return { description, flaw: lost > 0 ? "a link is no URL of http, https or mailto, and was left out" : undefined };
}

function cut(text: string): string {
  const whole = text.toWellFormed();
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1).toWellFormed()}…` : whole;
}
