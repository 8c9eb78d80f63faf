import { z } from "zod";

export const RISKS = ["low", "medium", "high"] as const;

/** What a person reads of a call beside its arguments, never in their place. It was made of what the policy lets people see. */
export interface Description {
  /** In words: `Pay Acme Corp $4,200 for invoice 88`. */
  readonly title?: string | undefined;
  readonly facts?: readonly { readonly label: string; readonly value: string }[] | undefined;
  /** Where they can look further: `http`, `https` and `mailto` alone. */
  readonly links?: readonly { readonly label: string; readonly url: string }[] | undefined;
  readonly risk?: (typeof RISKS)[number] | undefined;
}

const PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

/** May people be led there? */
export function isLink(url: string): boolean {
  return URL.canParse(url) && PROTOCOLS.has(new URL(url).protocol);
}

const text = () => z.string().min(1);

export const descriptionSchema: z.ZodType<Description> = z.lazy(() =>
  z.strictObject({
    title: text().optional(),
    facts: z
      .array(z.strictObject({ label: text(), value: z.string() }))
      .readonly()
      .optional(),
    links: z
      .array(z.strictObject({ label: text(), url: z.string() }))
      .readonly()
      .optional(),
    risk: z.enum(RISKS).optional(),
  }),
);
