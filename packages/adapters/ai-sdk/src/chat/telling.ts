import { readUIMessageStream, type UIMessage, type UIMessageChunk, type UIMessageStreamWriter } from "ai";
import { pageJson } from "../page-json.ts";
import { merged, type Beside } from "./beside.ts";
import { catchUp } from "./catch-up.ts";
import type { DataPart } from "./options.ts";
import type { UIPart } from "./ui-parts.ts";

/** What a page is told of one answer, and what it then has of it. */
export interface Telling {
  readonly tell: (chunk: UIMessageChunk) => void;
  /** A data part of the application's own. What stays in the message is kept with it. */
  readonly tellBeside: (part: DataPart) => void;
  /** Whatever else of the message there is by now. */
  readonly show: (saved: UIMessage | undefined) => Promise<void>;
  /** As the page has it. */
  readonly seen: () => Promise<UIMessage>;
  /** What the application added, until now. */
  readonly beside: () => Beside | undefined;
}

/** @param from the message as the page has it already */
export function telling(writer: UIMessageStreamWriter, from: UIMessage): Telling {
  let message = Promise.resolve(from);
  const unread: UIMessageChunk[] = [];
  let steps = from.parts.filter(({ type }) => type === "step-start").length;
  let metadata: unknown;
  const parts = new Map<string, Beside["parts"][number]>();

  function tell(chunk: UIMessageChunk): void {
    if (chunk.type === "start-step") steps++;
    if (chunk.type === "message-metadata") metadata = merged(metadata, pageJson(chunk.messageMetadata));
    unread.push(chunk);
    writer.write(chunk);
  }
  function seen(): Promise<UIMessage> {
    const chunks = unread.splice(0);
    message = message.then((before) => read(before, chunks));
    return message;
  }
  return {
    tell,
    tellBeside({ type, id = crypto.randomUUID(), data, transient = false }) {
      if (!transient) {
        const before = parts.get(`${type} ${id}`);
        parts.set(`${type} ${id}`, { step: before?.step ?? steps, type, id, data: pageJson(data) });
      }
      tell({ type, id, data, ...(transient ? { transient } : {}) });
    },
    async show(saved) {
      if (saved) for (const chunk of await catchUp(await seen(), saved)) tell(chunk);
    },
    seen,
    beside: () => (metadata === undefined && parts.size === 0 ? undefined : { metadata, parts: [...parts.values()] }),
  };
}

/** The requests that the calls of a message wait for, or waited, by call id. */
export function requestsIn({ parts }: UIMessage): ReadonlyMap<string, string> {
  const approvals = (parts as readonly UIPart[]).filter(({ type }) => type === "data-approval");
  return new Map(approvals.map(({ id = "", data }) => [(data as { toolCallId: string }).toolCallId, id]));
}

/** As the page does it. No text may be under way. */
async function read(message: UIMessage, chunks: readonly UIMessageChunk[]): Promise<UIMessage> {
  let latest = message;
  const stream = ReadableStream.from<UIMessageChunk>(chunks);
  for await (const each of readUIMessageStream({ message: structuredClone(message), stream })) latest = each;
  return latest;
}
