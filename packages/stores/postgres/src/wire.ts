/** A field of a row: absent, a name or JSON, a number, or several names. */
export type Field = string | number | readonly string[] | null | undefined;

/** The fields of a row in the order of its type in functions.ts. */
export type Fields = readonly Field[];

/**
 * Rows as the commit functions take them: the text of an array of a composite type, which the server reads several times
 * as fast as JSON. `width`: how many fields the type has; those that a row leaves out at its end are absent. Null for no rows.
 * @see https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-IO-SYNTAX
 */
export function rowsText(width: number, rows: readonly Fields[]): string | null {
  return rows.length === 0 ? null : `{${rows.map((fields) => quoted(rowText(width, fields))).join(",")}}`;
}

function rowText(width: number, fields: Fields): string {
  return `(${fields.map(fieldText).join(",")}${",".repeat(width - fields.length)})`;
}

function fieldText(field: Field): string {
  if (field === null || field === undefined) return "";
  if (typeof field === "number") return String(field);
  return quoted(typeof field === "string" ? field : `{${field.map(quoted).join(",")}}`);
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
