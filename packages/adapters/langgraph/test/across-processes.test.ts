import { bundleChildren, filesInMemory } from "@countersign/test-run";
import { describe } from "vitest";
import type { Answer } from "./support/process.ts";
import { asking, LARGE, pendingId, test } from "./support/steps.ts";
import { effectsAt, modelRequestsAt } from "./support/world.ts";

filesInMemory();
await bundleChildren([new URL("./support/child.ts", import.meta.url)]);

const toolTexts = (answer: Answer): string[] =>
  (answer.value.output.messages as { id: string[]; kwargs: { content: string } }[])
    .filter(({ id }) => id.includes("ToolMessage"))
    .map(({ kwargs }) => kwargs.content);

describe("the five assertions, every step in a process of its own", { concurrent: true, timeout: 180_000 }, () => {
  test("a small action runs without a pause", async ({ steps: { place, start }, expect }) => {
    const answer = await start(asking({ amount: 5, recipient: "Acme Corp" }));
    expect(answer.value).toMatchObject({ status: "completed", text: "paid 5 to Acme Corp" });
    expect(effectsAt(place)).toMatchObject([{ args: { amount: 5 } }]);
  });

  test("a large one pauses", async ({ steps: { place, start }, expect }) => {
    const answer = await start();
    expect(answer.value).toMatchObject({
      status: "suspended",
      pending: [{ tool: "send_payment", args: LARGE, status: "pending", requestedBy: { id: "bob" } }],
    });
    expect(effectsAt(place)).toEqual([]);
  });

  test("approve executes exactly the proposed arguments", async ({ steps: { place, start, resume, decide }, expect }) => {
    await decide(pendingId(await start()), "approve");
    expect((await resume()).value).toMatchObject({ status: "completed", text: "paid 4200 to Acme Corp" });
    expect(effectsAt(place).map(({ args }) => args)).toEqual([LARGE]);
  });

  test("edit executes the corrected ones, and the transcript tells", async ({ steps: { place, start, resume, decide }, expect }) => {
    const corrected = { ...LARGE, amount: 4_000 };
    await decide(pendingId(await start()), "edit", { args: corrected });
    const answer = await resume();
    expect(effectsAt(place).map(({ args }) => args)).toEqual([corrected]);
    expect(toolTexts(answer)[0]).toMatch(/person.*changed.*4000[^]*paid 4000/);
    const proposal = answer.value.output.messages.find(({ id }: { id: string[] }) => id.includes("AIMessage"));
    expect(proposal.kwargs.tool_calls[0].args).toEqual(LARGE);
  });

  test("reject executes nothing and tells the model why", async ({ steps: { place, start, resume, decide }, expect }) => {
    await decide(pendingId(await start()), "reject", { message: "Already paid in May." });
    const answer = await resume();
    expect(answer.value.status).toBe("completed");
    expect(effectsAt(place)).toEqual([]);
    expect(toolTexts(answer)).toEqual(["Already paid in May."]);
  });
});

describe("waking a thread", { concurrent: true, timeout: 180_000 }, () => {
  test("with nothing decided changes nothing: no effect, no model request, still decidable", async ({
    steps: { place, start, resume, invoke, decide },
    expect,
  }) => {
    const id = pendingId(await start());
    const before = modelRequestsAt(place);
    expect((await resume()).value.status).toBe("suspended");
    expect((await invoke()).value.__interrupt__).toHaveLength(1);
    expect(modelRequestsAt(place)).toBe(before);
    expect(effectsAt(place)).toEqual([]);
    await decide(id, "approve");
    expect((await resume()).value.status).toBe("completed");
  });

  test("by many processes at once executes once", async ({ steps: { place, start, resume, decide }, expect }) => {
    await decide(pendingId(await start()), "approve");
    const answers = await Promise.all([resume(), resume(), resume()]);
    expect(answers.filter(({ value }) => value?.status === "completed").length).toBeGreaterThan(0);
    for (const { value } of answers) expect(["completed", "running"]).toContain(value.status);
    expect(effectsAt(place)).toHaveLength(1);
  });

  test("by many processes at once, without a runner, executes once", async ({ steps: { place, start, invoke, decide }, expect }) => {
    await decide(pendingId(await start()), "approve");
    await Promise.all([1, 2, 3].map(() => invoke()));
    expect(effectsAt(place)).toHaveLength(1);
  });

  test("again and again executes nothing more", async ({ steps: { place, start, resume, decide }, expect }) => {
    await decide(pendingId(await start()), "approve");
    await resume();
    expect((await resume()).value).toMatchObject({ status: "completed", replayed: true, text: "paid 4200 to Acme Corp" });
    expect(effectsAt(place)).toHaveLength(1);
  });

  test("under a policy that has changed its mind still waits for the signature that was asked for", async ({
    steps: { place, start, resume, invoke, decide },
    expect,
  }) => {
    const id = pendingId(await start());
    expect((await resume({ flipped: true })).value.status).toBe("suspended");
    expect((await invoke({ flipped: true })).value.__interrupt__).toHaveLength(1);
    expect(effectsAt(place)).toEqual([]);
    await decide(id, "reject");
    expect((await resume({ flipped: true })).value.status).toBe("completed");
    expect(effectsAt(place)).toEqual([]);
  });
});

describe("parallel calls", { concurrent: true, timeout: 180_000 }, () => {
  const calls = [
    { amount: 2_000, recipient: "A" },
    { amount: 3_000, recipient: "B" },
    { amount: 4_000, recipient: "C" },
    { amount: 9, recipient: "D" },
  ];

  test("decided in reverse hit their own calls, and nothing of the turn runs before all are decided", async ({
    steps: { place, start, resume, decide },
    expect,
  }) => {
    const { pending } = (await start(asking(...calls))).value;
    const of = (recipient: string): string => pending.find(({ args }: { args: { recipient: string } }) => args.recipient === recipient).id;
    expect(pending).toHaveLength(3);
    expect(effectsAt(place)).toEqual([]);
    await decide(of("C"), "edit", { args: { amount: 4_001, recipient: "C" } });
    await decide(of("B"), "reject", { message: "not B" });
    expect((await resume()).value.status).toBe("suspended");
    await decide(of("A"), "approve");
    const answer = await resume();
    expect(answer.value.status).toBe("completed");
    const ran = effectsAt(place).map(({ args }) => `${String(args["recipient"])}${String(args["amount"])}`);
    expect(ran.toSorted()).toEqual(["A2000", "C4001", "D9"]);
    expect(toolTexts(answer)[1]).toBe("not B");
  });
});
