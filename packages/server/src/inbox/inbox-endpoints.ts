import { z } from "zod";
import { openEndpoint, type Endpoint } from "../http/endpoint.ts";
import { fileAnswer } from "./file-answer.ts";
import type { Inbox, InboxFile } from "./inbox.ts";

/** Where the page has a place. It finds out by itself where it is. */
const PLACES = ["/", "/requests", "/requests/{id}", "/grants", "/freezes", "/threads", "/audit", "/decisions"];
const INDEX = "index.html";
const BASE = "<!--base-->";

/** It loads what comes from here, and makes no script or address of a script out of a text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** What it never asks a browser for. */
const DEVICES = ["camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb"]
  .map((feature) => `${feature}=()`)
  .join(", ");

/** The page, for everybody: it holds nothing of anybody, and finds out who is signed in by the API. */
export function inboxEndpoints({ files }: Inbox, basePath: string): readonly Endpoint[] {
  const index = indexOf(files, basePath);
  const page = index && fileAnswer(index, PAGE_HEADERS);
  const places = [...PLACES, ...(basePath === "" ? [] : [""])];
  return [
    ...(page ? places.map((path) => fileEndpoint(path, page)) : []),
    ...Object.entries(files)
      .filter(([name]) => name !== INDEX)
      .map(([name, file]) => fileEndpoint(`/${name}`, fileAnswer(file, name.startsWith(ASSETS) ? ASSET_HEADERS : FILE_HEADERS))),
  ];
}

/** Addresses of programs, and of parts of the page: whoever opens one in a browser reads the answer itself. */
const NO_PLACES = ["v1/", "auth/", "assets/"];

/**
 * The page for a person whose address leads nowhere, such as a link that was cut off: it says so, and leads on. Undefined:
 * whoever asks is no browser that opens a page.
 */
export function strayAnswer({ files }: Inbox, basePath: string): (request: Request) => Response | undefined {
  const index = indexOf(files, basePath);
  return ({ method, url, headers }) => {
    const { pathname } = new URL(url);
    const path = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length + 1) : undefined;
    const isPlace = path !== undefined && !NO_PLACES.some((prefix) => path.startsWith(prefix));
    const isOpened = (method === "GET" || method === "HEAD") && /\btext\/html\b/i.test(headers.get("accept") ?? "");
    if (!index || !isPlace || !isOpened) return undefined;
    return new Response(index.body, { status: 404, headers: { ...PAGE_HEADERS, "Content-Type": index.type, Vary: "Accept" } });
  };
}

function indexOf(files: Inbox["files"], basePath: string): InboxFile | undefined {
  const index = files[INDEX];
  return index && { ...index, body: index.body.replace(BASE, `<base href="${basePath}/" />`) };
}

/** Asked for again each time, so that a new version of the server has its own page at once. */
const PAGE_HEADERS = { "Content-Security-Policy": POLICY, "Permissions-Policy": DEVICES, "Cache-Control": "no-cache" };
const FILE_HEADERS = { "Cache-Control": "no-cache" };
/** Their names change with their contents. */
const ASSETS = "assets/";
const ASSET_HEADERS = { "Cache-Control": "public, max-age=31536000, immutable" };

function fileEndpoint(path: string, answer: (request: Request) => Promise<Response>): Endpoint {
  return openEndpoint({
    id: `getPage ${path}`,
    method: "get",
    path,
    summary: "The page where people sign.",
    undescribed: true,
    answer: z.unknown(),
    run: ({ request }) => answer(request),
  });
}
