// What an operator does changes what others rely on: it is shown, asked, and stands in the trail under a name.
import { hostname, userInfo } from "node:os";
import { createGate, type AuditEvent, type Gate } from "@countersign/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FIONA, officeOn, type Office } from "./office.ts";
import type { PseudoTerminal } from "./pseudo-terminal.ts";

const DAY = 86_400_000;
const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
/** Keys that come sooner were not meant for the question. */
const answer = async (terminal: PseudoTerminal, prompt: string, key: string): Promise<string> => {
  const shown = await terminal.until(prompt);
  await new Promise((resolve) => setTimeout(resolve, 600));
  terminal.type(key);
  return shown;
};

type Kind = "sqlite" | "postgres";

/** Where whoever acts sits, as it stands in the trail. */
const originIn = (kind: Kind, office: Office) => ({
  user: userInfo().username,
  host: hostname(),
  ...(kind === "postgres" && { role: decodeURIComponent(new URL(office.address).username) }),
});

/** What is asked before something is changed. Side by side: each has requests, freezes or a tenant of its own. */
export function asking(kind: Kind): void {
  let office: Office;
  beforeAll(async () => void (office = await officeOn(kind)));
  afterAll(() => office.close());

  const origin = () => originIn(kind, office);
  const lastOf = async (subject: string): Promise<AuditEvent | undefined> => (await Array.fromAsync(office.gate.history(subject))).at(-1);
  /** A paid request, and the clock of a gate that looks back on it. */
  async function paid(): Promise<string> {
    const request = await office.asked();
    await office.gate.decide(request, { type: "approve" }, { by: FIONA });
    await office.gate.execute({ id: request.id, args: {} }, () => "Paid.");
    return request.id;
  }

  it.concurrent("cancel shows the request and what will be recorded, and Enter and keys typed ahead are no", async () => {
    const { id } = await office.asked();
    const unsure = office.terminal(["cancel", id, "--reason", "ordered twice"]);
    unsure.type("y");
    const shown = await answer(unsure, "Withdraw it?", "\r");
    for (const part of [id, "send_payment", "4200", "ordered twice", "fiona (finance)"]) expect(shown).toContain(part);
    expect([await unsure.ended(), (await office.gate.get(id))?.status]).toEqual([1, "pending"]);
    expect(unsure.text).toContain("Nothing was changed.");

    const piped = await office.run(["cancel", id, "--reason", "ordered twice"]);
    expect([piped.code, piped.stderr, (await office.gate.get(id))?.status]).toEqual([2, expect.stringContaining("--yes"), "pending"]);

    const sure = office.terminal(["cancel", id, "--reason", "ordered twice"]);
    await answer(sure, "Withdraw it?", "y");
    expect(await sure.ended()).toBe(0);
    expect(await lastOf(id)).toMatchObject({ type: "cancelled", actor: { id: "fiona" }, data: { note: { origin: origin() } } });
    expect((await office.run(["cancel", id, "--reason", "again"])).stdout).toMatch(/^cancelled/);
    const late = await office.run(["cancel", await paid(), "--reason", "late", "--yes"]);
    expect(late.code).toBe(3);
  });

  it.concurrent("settles what a process left behind, where no worker runs, and doctor names it and since when", async () => {
    const { id } = await office.unknown();
    // What doctor takes for the time of a worker that is a little late.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await office.run(["list", "--execution", "unknown"])).stdout).toContain(id);
    const findings = lines((await office.run(["doctor", "--json"])).stdout).map((line) => JSON.parse(line) as Record<string, string>);
    const found = findings.find(({ check, message }) => check === "requests" && message?.includes(id));
    expect(found).toMatchObject({
      status: "warning",
      message: expect.stringMatching(/^Started by a process that died, .* since \d{4}-.* ago\)\. The outcome is unknown\.$/) as string,
      advice: expect.stringContaining("countersign worker") as string,
    });

    const terminal = office.terminal(["settle", id, "--failed", "The bank has no such payment."]);
    const shown = await answer(terminal, "Record this?", "y");
    for (const part of [id, "unknown", "does not run again", "The bank has no such payment."]) expect(shown).toContain(part);
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.execution).toBe("failed");
    const chain = await Array.fromAsync(office.gate.history(id));
    expect(chain.slice(-2).map(({ type }) => type)).toEqual(["unknown", "settled"]);
    expect(chain.at(-1)).toMatchObject({ actor: { id: "fiona" }, data: { note: { outcome: "failed", origin: origin() } } });
    const again = await office.run(["settle", id, "--retry", "--yes"]);
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining("failed")]);
  });

  it.concurrent("does not settle what still runs, and says when it can be", async () => {
    const request = await office.asked();
    await office.gate.decide(request, { type: "approve" }, { by: FIONA });
    const done = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const running = office.gate.execute({ id: request.id, args: {} }, () => (begun.resolve(), done.promise));
    await begun.promise;
    const early = await office.run(["settle", request.id, "--retry", "--yes"]);
    expect([early.code, early.stderr]).toEqual([3, expect.stringMatching(/is being executed\. If its process died, that shows in \d+ s/)]);
    done.resolve("Paid.");
    await running;
  });

  it.concurrent("freeze says what it stops before it stops it; lift and revoke show what they end", async () => {
    const frozenBefore = (await office.gate.freezes()).length;
    const approved = await office.asked("free_text", { n: 1 });
    await office.gate.decide(approved, { type: "approve" }, { by: FIONA });
    await office.asked("free_text", { n: 2 });
    const terminal = office.terminal(["freeze", "--tool", "free_*", "--reason", "wrong bank details"]);
    const shown = await answer(terminal, "Freeze it?", "y");
    for (const part of ["tool free_*", "1 request not run yet", "1 request for people", "wrong bank details"])
      expect(shown).toContain(part);
    expect(await terminal.ended()).toBe(0);
    const freeze = (await office.gate.freezes()).at(-1);
    expect(await lastOf("thread/countersign/freezes")).toMatchObject({ actor: { id: "fiona" }, data: { note: { origin: origin() } } });

    expect((await office.run(["lift", freeze?.id ?? ""])).code).toBe(2);
    const lifting = office.terminal(["lift", freeze?.id ?? ""]);
    expect(await answer(lifting, "Lift it?", "y")).toContain("wrong bank details");
    expect([await lifting.ended(), (await office.gate.freezes()).length]).toEqual([0, frozenBefore]);

    const remembered = await office.asked("send_payment", { recipient: "Same", amount: 6_000 });
    await office.gate.decide(remembered, { type: "approve", remember: { scope: "exact-args" } }, { by: FIONA });
    const [grant] = await office.gate.grants();
    expect((await office.run(["grants", "revoke", grant?.id ?? ""])).code).toBe(2);
    const revoking = office.terminal(["grants", "revoke", grant?.id ?? ""]);
    expect(await answer(revoking, "Revoke it?", "y")).toContain("send_payment");
    expect(await revoking.ended()).toBe(0);
    expect((await office.gate.grants())[0]?.revokedAt).toBeTypeOf("number");
  });

  it.concurrent("purge counts first, keeps a day, asks, and stands in the trail under a name", async () => {
    // Everything so far ended some days ago, as the command sees it.
    const past: Gate = createGate({ store: office.store, tenant: "past", now: () => Date.now() - 2 * DAY, warn: () => {} });
    const seeded = createGate({
      store: office.store,
      tenant: "past",
      policy: office.gate.policy,
      now: () => Date.now() - 2 * DAY,
      warn: () => {},
    });
    const ids: string[] = [];
    for (const key of ["a", "b"]) {
      const asked = await seeded.ask({ threadId: `t-${key}`, key, tool: "free_text", args: { key } });
      if (asked.status !== "pending") throw new Error(asked.status);
      await past.decide(asked.request, { type: "reject" }, { by: FIONA });
      ids.push(asked.id);
    }
    const purge = ["--tenant", "past", "purge", "--older-than", "1d"];
    const counted = await office.run([...purge, "--dry-run", "--json"], { env: { COUNTERSIGN_AS: "", COUNTERSIGN_ROLES: "" } });
    expect(JSON.parse(counted.stdout)).toEqual({ requests: 2, threads: 0, dryRun: true });
    expect((await office.run(purge)).code).toBe(2);
    const unsure = office.terminal(purge);
    expect(await answer(unsure, "Purge them?", "n")).toContain("2 requests and 0 threads that ended more than 1d ago");
    expect([await unsure.ended(), (await past.list()).items.length]).toEqual([1, 2]);
    const sure = office.terminal(purge);
    await answer(sure, "Purge them?", "y");
    await sure.until("purged 2 requests");
    expect(await sure.ended()).toBe(0);
    expect(await Array.fromAsync(past.history(ids[0] ?? ""))).toMatchObject([
      { type: "purged", actor: { id: "fiona" }, data: { note: { origin: origin() } } },
    ]);
    expect((await past.verify()).events).toBeGreaterThan(0);
    const nothing = office.terminal(purge);
    await nothing.until("purged 0 requests");
    expect(await nothing.ended()).toBe(0);
    expect((await office.run(["--tenant", "past", "purge", "--older-than", "1h", "--force", "--yes"])).code).toBe(0);
  });
}

/** Who signed, and where. */
export function signingWhere(kind: Kind): void {
  let office: Office;
  beforeAll(async () => void (office = await officeOn(kind)));
  afterAll(() => office.close());

  const origin = () => originIn(kind, office);

  it("signs where somebody sits: the user, the host, and on PostgreSQL the role of the session", async () => {
    const { id, proposal } = await office.asked();
    expect((await office.run(["approve", id, "--digest", proposal.digest])).code).toBe(0);
    expect((await office.gate.get(id))?.decisions[0]).toMatchObject({ via: "cli", origin: origin() });
    const shown = JSON.parse((await office.run(["show", id, "--json"])).stdout) as Record<string, unknown>;
    expect(shown).toMatchObject({ decisions: [{ origin: origin() }] });
    expect((await office.run(["history", id])).stdout).toContain(`"host":"${hostname()}"`);
    const history = office.terminal(["history", id], { columns: 300 });
    await history.ended();
    const { user, host } = origin();
    expect(history.text).toContain(`approve by cli from ${user}@${host}${kind === "postgres" ? ", as the role " : ""}`);
  });
}
