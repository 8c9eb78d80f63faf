import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { figureSchema } from "./figure.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const benching = (...options: string[]) => promisify(execFile)(process.execPath, [main, ...options]);

test("--json prints figures and nothing else, warm and cold", { timeout: 120_000 }, async () => {
  const { stdout, stderr } = await benching("--json", "--quick", "--only", "allowed call in core");
  const figure = figureSchema.parse((JSON.parse(stdout) as unknown[])[0]);
  expect(figure).toMatchObject({ warm: { value: expect.any(Number) }, cold: { value: expect.any(Number) } });
  expect(stderr).toMatch(/^1\/1 {2}Allowed call in core {2}\d+\.\d s\n$/);
});

test("--help names every option", async () => {
  const { stdout } = await benching("--help");
  for (const option of ["--quick", "--only", "--json", "--chart"]) expect(stdout).toContain(option);
});

test("--only with the name of no row says which rows there are", async () => {
  await expect(benching("--only", "no such row")).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^No row has "no such row" in its name\. There are:\n {2}\w.*\n[^]* {2}Import/),
  });
});
