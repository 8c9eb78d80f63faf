import { styleText } from "node:util";

type Name = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Gives a text a style, or leaves it as it is. Texts must have been wrapped before. */
export type Style = (name: Name, text: string) => string;

/** No colours: a pipe, a file. */
export const plain: Style = (_name, text) => text;

/**
 * Colours for a terminal, none elsewhere, with `NO_COLOR`, or on a dumb terminal.
 * @see https://no-color.org
 */
export function styleFor(stream: { readonly isTTY?: boolean | undefined }): Style {
  const isColoured = stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  return isColoured ? (name, text) => (text === "" ? "" : styleText(name, text, { validateStream: false })) : plain;
}
