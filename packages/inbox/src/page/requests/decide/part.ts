import type { RequestAnswer } from "@countersign/server/client";
import type { Desk } from "../desk.ts";
import type { Opened } from "../detail/opened.ts";
import type { Deciding } from "./decider.ts";

/** What each panel is given. */
export interface Part {
  readonly desk: Desk;
  readonly opened: Opened;
  /** As it is shown: what is decided is about this. */
  readonly answer: RequestAnswer;
  readonly deciding: Deciding;
  readonly onClose: () => void;
}
