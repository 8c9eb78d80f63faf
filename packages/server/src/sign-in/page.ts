import { createHash } from "node:crypto";

/** Readable on a phone, and in the dark. */
const STYLE =
  ":root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}main{max-width:34rem;margin:12vh auto;padding:0 1rem}h1{font-size:1.5rem}p{overflow-wrap:anywhere}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** What browsers are shown where there is no page to send them back to. @param links addresses of our own, by their text */
export function pageResponse(
  status: number,
  {
    title,
    text,
    links = {},
    script,
    headers = {},
  }: {
    readonly title: string;
    readonly text: string;
    readonly links?: Readonly<Record<string, string>>;
    /** The address of a script, which is all that the page may run. */
    readonly script?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Response {
  const anchors = Object.entries(links).map(([name, address]) => `<p><a href="${escaped(address)}">${escaped(name)}</a></p>`);
  const body = [
    "<!doctype html>",
    '<html lang="en">',
    `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style>`,
    ...(script === undefined
      ? []
      : [`<script type="module" src="${escaped(script)}"></script>`, "<noscript>This page needs JavaScript.</noscript>"]),
    `<main><h1>${escaped(title)}</h1><p role="status">${escaped(text)}</p>${anchors.join("")}</main>`,
    "</html>",
    "",
  ];
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    ...(script === undefined ? [] : ["script-src 'self'", "connect-src 'self'", "require-trusted-types-for 'script'"]),
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ];
  return new Response(body.join("\n"), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
      ...headers,
    },
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
