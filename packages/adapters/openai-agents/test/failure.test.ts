// The receipt of a failure holds two texts: what the model was told, and what the tool threw. A replay tells the first again.
import { expect, test } from "vitest";
import { toldBy, ToolFailed } from "../src/failure.ts";

const MARK = " [The tool threw: ";

test.each<[string, string, string | undefined, string]>([
  [
    "another text than the error's",
    "The payment failed.",
    "Error: bank is down",
    "The payment failed. [The tool threw: Error: bank is down]",
  ],
  ["the error in the text", "Sorry: Error: bank is down", "Error: bank is down", "Sorry: Error: bank is down"],
  ["the error's message in the text", "No: bank is down", "Error: bank is down", "No: bank is down"],
  ["no error", "The payment failed.", undefined, "The payment failed."],
  ["the mark in the text", `Quoting${MARK}x]`, "Error: y", `Quoting${MARK}x]${MARK}Error: y]`],
  ["the mark in the text alone", `Quoting${MARK}x]`, undefined, `Quoting${MARK}x]${MARK}]`],
  ["the mark in the error", "Failed.", `Error: inner${MARK}y]`, `Failed.${MARK}Error: inner …y]]`],
  ["the mark twice in the error, with one blank", "Failed.", `Error:${MARK}${MARK.trimStart()}y`, `Failed.${MARK}Error: ……y]`],
  ["an error that begins like the mark", "Failed.", `${MARK.trimStart()}y`, `Failed.${MARK}…y]`],
])("%s", (_, told, thrown, receipt) => {
  const { message } = new ToolFailed(told, thrown);
  expect(message).toBe(receipt);
  expect(toldBy(message)).toBe(told);
});
