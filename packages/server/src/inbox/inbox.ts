/** The page where people sign, as files by their paths from the base path: `inbox` of `@countersign/inbox`. */
export interface Inbox {
  readonly files: Readonly<Record<string, InboxFile>>;
}

export interface InboxFile {
  /** Its media type. */
  readonly type: string;
  readonly body: string;
  /** How `body` is written. */
  readonly encoding: "utf8" | "base64";
}
