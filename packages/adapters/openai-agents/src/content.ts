import type { ToolCallStructuredOutput } from "@openai/agents";
import { encodeUint8ArrayToBase64 } from "@openai/agents/utils";

/**
 * What the SDK hands to the model as text, picture or file of its own, and not as the text of an object. The SDK does this
 * where nobody else can reach it; a test holds this to what the SDK does.
 */
export function contentOf(value: unknown): ToolCallStructuredOutput | undefined {
  if (!isMembers(value)) return undefined;
  const found = partOf(value);
  return (
    found && ({ ...found, ...(isMembers(value["providerData"]) && { providerData: value["providerData"] }) } as ToolCallStructuredOutput)
  );
}

type Members = Readonly<Record<string, unknown>>;

function partOf(value: Members): object | undefined {
  switch (value["type"]) {
    case "text":
      return typeof value["text"] === "string" ? { type: "input_text", text: value["text"] } : undefined;
    case "image": {
      const image = imageIn(value);
      const detail = textIn(value, "detail");
      return image === undefined ? undefined : { type: "input_image", ...(detail !== undefined && { detail }), image };
    }
    case "file": {
      const found = fileIn(value["file"]) ?? fileIn(olderFile(value));
      return found && { type: "input_file", ...found };
    }
    default:
      return undefined;
  }
}

function imageIn(value: Members): unknown {
  const { image } = value;
  const own = textIn(value, "image");
  if (own !== undefined) return own;
  const inner: Members = isMembers(image) ? image : {};
  const mediaType = mediaTypeOf(inner) ?? mediaTypeOf(value);
  const found = textIn(inner, "url") ?? inline(inner["data"], mediaType);
  if (found !== undefined) return found;
  const id = textIn(inner, "fileId") ?? textIn(inner, "id");
  const beside = textIn(value, "imageUrl");
  if (beside !== undefined) return beside;
  const data = inline(value["data"], mediaTypeOf(value));
  const fileId = id ?? textIn(value, "fileId");
  return data ?? (fileId === undefined ? undefined : { id: fileId });
}

function fileIn(file: unknown): object | undefined {
  if (typeof file === "string") return file.length > 0 ? { file } : undefined;
  if (!isMembers(file)) return undefined;
  const filename = textIn(file, "filename");
  const named = filename === undefined ? {} : { filename };
  if (file["data"] !== undefined) {
    const mediaType = textIn(file, "mediaType");
    const data = base64In(file["data"]);
    if (data === undefined || mediaType === undefined || filename === undefined) return undefined;
    return { file: `data:${mediaType};base64,${data}`, filename };
  }
  const url = textIn(file, "url");
  if (url !== undefined) return { file: { url }, ...named };
  const id = textIn(file, "id") ?? textIn(file, "fileId");
  return id === undefined ? undefined : { file: { id }, ...named };
}

/** The names that the SDK had before. */
function olderFile(value: Members): object {
  const { fileData: data, mediaType, filename } = value;
  const isThere = base64In(data) !== undefined;
  return { ...(isThere && { data, mediaType }), url: value["fileUrl"], id: value["fileId"], filename };
}

function inline(data: unknown, mediaType: string | undefined): string | undefined {
  const base64 = base64In(data);
  if (base64 === undefined || mediaType === undefined || base64.startsWith("data:")) return base64;
  return `data:${mediaType};base64,${base64}`;
}

function base64In(data: unknown): string | undefined {
  if (data instanceof Uint8Array) return data.length > 0 ? encodeUint8ArrayToBase64(data) : undefined;
  return typeof data === "string" && data.length > 0 ? data : undefined;
}

function mediaTypeOf(value: Members): string | undefined {
  return textIn(value, "mediaType") ?? textIn(value, "mimeType");
}

function textIn(value: Members, key: string): string | undefined {
  const text = value[key];
  return typeof text === "string" && text.length > 0 ? text : undefined;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}
