import { Buffer } from "node:buffer";
import { textOf } from "@countersign/core/adapter";

/** What a tool answered as pages get it: JSON, with bytes as base64. Null where it has none. */
export function pageJson(output: unknown): unknown {
  if (typeof output === "string") return output;
  try {
    return JSON.parse(textOf(output)) as unknown;
  } catch {
    return null;
  }
}

/** Where a page finds the file that a message has: its address, or the data themselves. */
export function fileUrl(data: unknown, mediaType: string): string {
  if (data instanceof URL) return data.href;
  if (data instanceof Uint8Array) return dataUrl(base64(data), mediaType);
  if (data instanceof ArrayBuffer) return fileUrl(new Uint8Array(data), mediaType);
  if (typeof data === "string") return URL.canParse(data) ? data : dataUrl(data, mediaType);
  if (typeof data !== "object" || data === null) return dataUrl("", mediaType);
  if ("url" in data) return fileUrl(data.url, mediaType);
  if ("text" in data) return dataUrl(base64(new TextEncoder().encode(String(data.text))), mediaType);
  return fileUrl("data" in data ? data.data : undefined, mediaType);
}

function dataUrl(text: string, mediaType: string): string {
  return `data:${mediaType};base64,${text}`;
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
