// What the page weighs on its way to a browser, all of its files together: `npx -y pnpm@12 check:size` fails beyond the budget.
import { brotliCompressSync } from "node:zlib";
import { inbox } from "@countersign/inbox";

const BUDGET = 80_000;

/** As the server sends it to every browser of today. */
const sizes = Object.entries(inbox.files).map(([name, { body, encoding }]) => {
  const bytes = Buffer.from(body, encoding);
  return { name, size: encoding === "base64" ? bytes.length : brotliCompressSync(bytes).length };
});
const total = sizes.reduce((sum, { size }) => sum + size, 0);
const line = (size: number, text: string): string => `${size.toLocaleString("en-US").padStart(7)}  ${text}`;

for (const { name, size } of sizes.toSorted((a, b) => b.size - a.size)) console.log(line(size, name));
console.log(line(total, `bytes compressed, of ${BUDGET.toLocaleString("en-US")}`));
if (total > BUDGET) {
  console.error("The page is too big. Take something out, or load it when it is needed and say why it may weigh more.");
  process.exitCode = 1;
}
