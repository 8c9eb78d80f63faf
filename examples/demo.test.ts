// The same story as on LangGraph, with the same approvals.ts, without a terminal.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runDemo } from "./run-demo.ts";

describe.each(["openai-agents", "openrouter"])("the demo on %s", (framework) => {
  const folder = join(import.meta.dirname, framework);

  it("pays each vendor once, the edited amount", async () => {
    const { output, bank } = await runDemo(folder);
    expect(bank).toHaveLength(2);
    expect(bank).toContainEqual({ recipient: "Acme Corp", amount: 4_000, invoice: "88", idempotencyKey: expect.any(String) as string });
    expect(bank).toContainEqual({ recipient: "Globex", amount: 300, idempotencyKey: expect.any(String) as string });
    expect(output).toContain("A person reviewed this call and changed its arguments before it ran.");
    expect(output).toContain("completed, replayed; completed, replayed");
    expect(output).toMatch(/^ .* approved +fiona +[0-9a-f]{8} +\{"amount":4000,/m);
    expect(output).toMatch(/verified: \d+ events/);
  });

  it("pays nothing when there is nothing to pay", async () => {
    const { output } = await runDemo(folder, "What", "can", "you", "do?");
    expect(output).toContain("I only know payments");
    expect(output).toMatch(/^bank +nothing$/m);
  });
});
