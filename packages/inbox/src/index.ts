/** `@countersign/inbox`: the reviewers' page, for `@countersign/server` to serve. @module */

/** One file of the page. */
export interface InboxFile {
  /** Its media type. */
  readonly type: string;
  readonly body: string;
  /** How `body` is written: binary files are base64. */
  readonly encoding: "utf8" | "base64";
}

/** The page as files, by their paths from the server's base path. `index.html` is answered wherever the page has a place. */
export interface Inbox {
  readonly files: Readonly<Record<string, InboxFile>>;
}

/** Put in by the build. */
declare const PAGE_FILES: Inbox["files"];

/**
 * The page where people sign, for the option `inbox` of `createServer`.
 * @example createServer({ gate, inbox, hosts: ["approvals.acme.example"], authenticate })
 */
export const inbox: Inbox = { files: PAGE_FILES };
