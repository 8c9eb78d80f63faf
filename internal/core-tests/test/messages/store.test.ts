import { CountersignError, type ErrorDetails } from "@countersign/core";
import { expect, test } from "vitest";

type Trouble = ErrorDetails["STORE_UNAVAILABLE"];

test.each<[string, Trouble, string]>([
  ["silent, for now", { retryable: true }, "The store did not answer. Trying again is safe."],
  ["silent", { retryable: false }, "The store did not answer."],
  ["it says why", { retryable: false, answered: "Wrong user or password" }, "The store can't do this: Wrong user or password."],
  ["it says why, for now", { retryable: true, answered: "the file is locked." }, "The store can't do this now: the file is locked. Trying again is safe."], // prettier-ignore
])("a store that can't be used: %s", (_, details, message) => {
  expect(new CountersignError("STORE_UNAVAILABLE", details).message).toBe(message);
});
