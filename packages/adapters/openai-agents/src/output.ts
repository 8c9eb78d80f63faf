/** The transcript has to say which arguments ran: the notice stands before the tool's own output. */
export function withNotice(output: unknown, notice: string | undefined): unknown {
  if (notice === undefined) return output;
  if (typeof output === "string") return notice + output;
  const parts: readonly unknown[] = Array.isArray(output) ? output : [output];
  if (parts.length > 0 && parts.every(isContent)) return [{ type: "text", text: notice }, ...parts];
  return notice + (JSON.stringify(output) ?? String(output));
}

/** What the SDK hands to the model as it is, and not as text. */
function isContent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && ["text", "image", "file"].includes(String(value.type));
}
