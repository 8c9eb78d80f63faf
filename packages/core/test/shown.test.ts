// A value in a message: short, without what it holds, and without anybody's password.
import { expect, test } from "vitest";
import { listed, shown } from "../src/errors/shown.ts";

test.each<[unknown, string]>([
  ["alice", '"alice"'],
  ["", "empty text"],
  ["x".repeat(61), `"${"x".repeat(60)}…"`],
  ["postgres://agent:secret@db.example/countersign", '"postgres://…@db.example/countersign"'],
  ["postgres://agent:p/w@rd@db.example/countersign", '"postgres://…@db.example/countersign"'],
  [{ password: "secret" }, "an object"],
  [["secret"], "a list"],
  [() => "secret", "a function"],
  [null, "null"],
  [undefined, "undefined"],
  [5, "5"],
])("%j", (value, words) => expect(shown(value)).toBe(words));

test("several of them", () => {
  expect([listed([]), listed(["a"]), listed(["a", "b", "c"])]).toEqual(["nothing", '"a"', '"a", "b" or "c"']);
});
