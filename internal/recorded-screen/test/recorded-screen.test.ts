import { RecordedScreen, svgOf } from "@countersign/recorded-screen";
import { expect, test } from "vitest";

test("a screen says what stands where, and what has scrolled away", async () => {
  using screen = new RecordedScreen(10, 2);
  await screen.write("one\r\n\u001b[31;1mtwo\u001b[0m\r\n支払い");
  expect(screen.rows()).toEqual(["two", "支払い"]);
  expect(screen.allRows()).toEqual(["one", "two", "支払い"]);
  const [two, yen] = screen.cells();
  expect(two?.[0]).toEqual({ text: "t", width: 1, colour: 1, bold: true, dim: false, inverse: false });
  expect(yen?.slice(0, 2).map(({ text, width }) => [text, width])).toEqual([
    ["支", 2],
    ["", 0],
  ]);
});

test("a picture of it is text in its place, and nothing in it is markup", async () => {
  using screen = new RecordedScreen(20, 4);
  await screen.write("\u001b[7m<b>&\u001b[0m  \u001b[2mdim\u001b[0m\r\n");
  expect(svgOf(screen, 'a "title"')).toMatchSnapshot();
});
