// The built command in pipes, on one of the stores.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { ApprovalRequest, AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BIN, environment } from "./command.ts";
import { FIONA, officeOn, type Office } from "./office.ts";

type Kind = "sqlite" | "postgres";

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const values = <T>(text: string): readonly T[] => lines(text).map((line) => JSON.parse(line) as T);

/** What people do with requests. Side by side: no test looks at the requests of another one. */
export function deciding(kind: Kind): void {
  let office: Office;
  beforeAll(async () => void (office = await officeOn(kind)));
  afterAll(() => office.close());

  it.concurrent("lists, shows and signs what was shown", async () => {
    const { id, proposal } = await office.asked("send_payment", { recipient: "A\tB\u202eC", amount: 4_200 });
    const listed = lines((await office.run(["list"])).stdout).find((line) => line.startsWith(id));
    const [, status, , , by, digest = "", same, missing, tool, args] = (listed ?? "").split("\t");
    expect([status, by, digest, same, missing, tool]).toEqual(["pending", "bob", proposal.digest, "-", "1 of finance", "send_payment"]);
    expect(args).toBe('{"amount":4200,"recipient":"A\\tB\\u202eC"}');

    const shown = await office.run(["show", id]);
    expect(shown.stdout).toContain(`digest     │ ${proposal.digest}`);
    expect(shown.stdout).toMatch(/recipient: "A\\(?:t|u\{9\})B\\u\{?202e\}?C"/);
    expect(shown.stderr).toBe("");
    const [request] = values<ApprovalRequest>((await office.run(["show", id, "--json"])).stdout);
    expect(request).toEqual(JSON.parse(JSON.stringify(await office.gate.get(id))));
    expect(request).toMatchObject({ turnId: `ask:${request?.callId}`, callId: expect.stringMatching(/./) });

    const unseen = await office.run(["approve", id]);
    expect(unseen).toMatchObject({ code: 2, stdout: "" });
    expect(unseen.stderr).toContain("--digest");
    const other = await office.run(["approve", id, "--digest", "0".repeat(64)]);
    expect(other.code).toBe(3);
    expect((await office.gate.get(id))?.status).toBe("pending");

    const signed = await office.run(["approve", id, "--digest", digest, "--comment", "fine", "--json"]);
    expect(signed.code).toBe(0);
    expect(values<ApprovalRequest>(signed.stdout)[0]).toMatchObject({
      status: "approved",
      decisions: [{ by: { id: "fiona", roles: ["finance"] }, via: "cli", digest, decision: { type: "approve", comment: "fine" } }],
    });
    const chain = values<AuditEvent>((await office.run(["history", id, "--json"])).stdout);
    expect(chain.map(({ type }) => type)).toEqual(["asked", "approved"]);
  });

  it.concurrent("says before anybody signs that the very same call was asked before, and what became of it", async () => {
    const twice = { recipient: "Twice", amount: 4_200 };
    const [paid, waits, again] = [await office.asked("send_payment", twice), await office.asked("send_payment", twice), await office.asked("send_payment", twice)]; // prettier-ignore
    await office.gate.decide(paid, { type: "approve" }, { by: FIONA });
    await office.gate.execute({ id: paid.id, args: {} }, () => "Paid.");
    const other = await office.asked("send_payment", { ...twice, amount: 4_201 });

    const said = "asked 2 more times, with the very same arguments: 1 done, 1 pending; last";
    const shown = await office.run(["show", again.id]);
    expect(shown.stderr).toBe("");
    expect(shown.stdout).toMatch(/^DANGER +│ The same call was approved by fiona \(finance\) and has run/m);
    expect(shown.stdout).toMatch(/^caution +│ The same call waits elsewhere, asked by bob/m);
    const json = await office.run(["show", again.id, "--json"]);
    expect([lines(json.stdout).length, json.stderr]).toEqual([1, expect.stringContaining(`${again.id} was ${said}`)]);
    const listed = lines((await office.run(["list", "--status", "all", "--tool", "send_payment"])).stdout).map((line) => line.split("\t"));
    const same = (id: string) => listed.find(([found]) => found === id)?.[6];
    expect([paid, waits, again, other].map(({ id }) => same(id))).toEqual(["-", "1 done, 1 pending", "1 done, 1 pending", "-"]);
    expect((await office.run(["show", other.id])).stdout).not.toContain("same call w");
    const signed = await office.run(["approve", again.id, "--digest", again.proposal.digest]);
    expect([signed.code, signed.stderr]).toEqual([0, expect.stringContaining(said)]);
  });

  it.concurrent("has one winner when two people decide at once, and tells the other who won", async () => {
    const { id, proposal } = await office.asked("send_payment", { recipient: "Contested", amount: 4_200 });
    const by = (name: string) => ({ env: { COUNTERSIGN_AS: name } });
    const [first, second] = await Promise.all([
      office.run(["approve", id, "--digest", proposal.digest], by("alice")),
      office.run(["reject", id, "--digest", proposal.digest, "-m", "no"], by("grace")),
    ]);
    expect([first.code, second.code].toSorted((a = 0, b = 0) => Number(a) - Number(b))).toEqual([0, 3]);
    const request = await office.gate.get(id);
    expect(request?.decisions).toHaveLength(1);
    const [winner, loser] = first.code === 0 ? [first, second] : [second, first];
    expect(winner.stdout).toMatch(request?.status === "approved" ? /^approved .* by alice/ : /^rejected .* by grace/);
    expect(loser.stderr).toContain(`already ${request?.status} by ${request?.decisions[0]?.by.id}`);
    expect(lines(loser.stderr)).toHaveLength(1);
  });

  it.concurrent("edits by arguments, collects a quorum, and refuses whoever asked", async () => {
    const payment = await office.asked();
    const args = JSON.stringify({ recipient: "Acme Corp", amount: 4_000 });
    const edited = await office.run(["edit", payment.id, "--digest", payment.proposal.digest, "--args", "-"], { input: args });
    expect(edited.code).toBe(0);
    expect((await office.gate.get(payment.id))?.approvedArgs).toEqual(JSON.parse(args));

    const wire = await office.asked("wire", { amount: 1 });
    const sign = (as: string) => office.run(["approve", wire.id, "--digest", wire.proposal.digest], { env: { COUNTERSIGN_AS: as } });
    expect(await sign("bob")).toMatchObject({ code: 3 });
    expect((await sign("fiona")).stdout).toContain("it still takes 1 of finance");
    expect((await sign("grace")).stdout).toMatch(/^approved/);
  });

  it.concurrent("shows what the policy says of a call beside its arguments, and nothing of it acts on a terminal", async () => {
    const { id, proposal } = await office.asked("described", { to: "A\u202eB\ndigest     0000", amount: 4_200 });
    const { stdout } = await office.run(["show", id]);
    const rows = lines(stdout);
    for (const row of [
      "title      │ Pay A\\u{202e}B digest⟨5 spaces⟩0000 4200",
      "risk       │ high",
      "tool       │ described",
      "why        │ The policy asks about described (rule described)",
      "fact       │ To: A\\u{202e}B\\u{a}digest⟨5 spaces⟩0000",
      "link       │ Invoice: https://erp.example/88 (leads to erp.example)",
      "│ amount: 4200",
    ])
      expect(rows).toContain(row);
    expect(rows.filter((row) => row.startsWith("digest"))).toEqual([`digest     │ ${proposal.digest}`]);
  });

  it.concurrent("signs what has to be confirmed with its value alone", async () => {
    const { id, proposal } = await office.asked("checked");
    const approve = ["approve", id, "--digest", proposal.digest];
    const silent = await office.run(approve);
    expect([silent.code, silent.stderr]).toEqual([3, expect.stringContaining("has to type what stands at args.amount")]);
    expect(silent.stderr).toContain("Here that is --confirm args.amount=<value>.");
    expect((await office.run([...approve, "--confirm", "42"])).code).toBe(3);
    expect((await office.run([...approve, "--confirm", "42", "--confirm", "43"])).code).toBe(2);
    expect((await office.gate.get(id))?.decisions).toEqual([]);
    expect((await office.run([...approve, "--confirm", "4200"])).stdout).toMatch(/^approved/);
    const other = await office.asked("checked");
    const args = JSON.stringify({ recipient: "Acme Corp", amount: 7 });
    const edit = ["edit", other.id, "--digest", other.proposal.digest, "--args", args, "--confirm"];
    expect((await office.run([...edit, "4200"])).code).toBe(3);
    expect((await office.run([...edit, "args.amount=7"])).stdout).toMatch(/^approved/);
    const plain = await office.asked();
    const needless = await office.run(["approve", plain.id, "--digest", plain.proposal.digest, "--confirm", "4200"]);
    expect([needless.code, needless.stderr]).toEqual([2, expect.stringContaining("Nothing has to be confirmed")]);
  });

  it.concurrent("shows which signatures are missing, and says so to whoever can't give one", async () => {
    const { id, proposal } = await office.asked("merger", { of: "Acme Corp", amount: 4_200 });
    const confirm = ["--confirm", "args.of=Acme Corp", "--confirm", "args.amount=4200"];
    const sign = (as: string, roles = "finance") =>
      office.run(["approve", id, "--digest", proposal.digest, ...confirm], { env: { COUNTERSIGN_AS: as, COUNTERSIGN_ROLES: roles } });
    expect((await office.run(["show", id])).stdout).toMatch(/^missing +│ 2 of finance, 1 of cfo$/m);
    expect((await sign("fiona")).stdout).toMatch(/; it still takes 1 of finance, 1 of cfo\n$/);
    await sign("grace");
    const shown = (await office.run(["show", id])).stdout;
    expect(shown).toMatch(/^missing +│ 1 of cfo$/m);
    expect(shown.replaceAll(/\n +│↳/g, "")).toContain("it takes 2 of finance, 1 of cfo; whoever signs types args.of and args.amount");
    const listed = lines((await office.run(["list"])).stdout).find((line) => line.startsWith(id));
    expect(listed?.split("\t")[7]).toBe("1 of cfo");
    const late = await sign("heidi");
    expect([late.code, late.stderr]).toEqual([3, expect.stringContaining("It still takes 1 of cfo.")]);
    expect((await sign("carla", "cfo")).stdout).toMatch(/^approved/);
  });

  it.concurrent("knows a person by all the ids that people gives them", async () => {
    const cwd = join(office.home, "project");
    mkdirSync(cwd, { recursive: true });
    const page = "https://id.example.com 117";
    writeFileSync(join(cwd, "countersign.json"), JSON.stringify({ people: [{ id: page, aliases: ["fiona", "f@example.com"] }] }));
    const { id, proposal } = await office.asked("wire", { amount: 2 });
    await office.gate.decide({ id, digest: proposal.digest }, { type: "approve" }, { by: { id: page, roles: ["finance"] } });
    const mine = async () => lines((await office.run(["list", "--mine", "--json"], { cwd })).stdout).some((line) => line.includes(id));
    expect(await mine()).toBe(false);
    const twice = await office.run(["approve", id, "--digest", proposal.digest], { cwd });
    expect(twice.stdout).toContain("it still takes 1 of finance");
    expect((await office.gate.get(id))?.decisions).toHaveLength(1);
    const own = await office.asked("wire", { amount: 3 }, { requestedBy: "f@example.com" });
    expect((await office.run(["approve", own.id, "--digest", own.proposal.digest], { cwd })).code).toBe(3);
    expect((await office.gate.get(own.id))?.decisions).toEqual([]);
  });

  it.concurrent("waits for a decision, and ends as it was decided", async () => {
    const [yes, no, never] = [await office.asked(), await office.asked(), await office.asked()];
    const waiting = Promise.all([
      office.run(["wait", yes.id]),
      office.run(["wait", no.id, "--json"]),
      office.run(["wait", never.id, "--timeout", "300ms"]),
    ]);
    await office.gate.decide(yes, { type: "approve" }, { by: FIONA });
    await office.gate.decide(no, { type: "reject", message: "no" }, { by: FIONA });
    const [approved, rejected, late] = await waiting;
    expect([approved.code, rejected.code, late.code]).toEqual([0, 1, 5]);
    expect(values<ApprovalRequest>(rejected.stdout)[0]?.status).toBe("rejected");
  });

  it.concurrent("follows a list in a pipe: a line for what is new or has changed", async () => {
    const env = environment(office.home, { COUNTERSIGN_STORE: office.address });
    const child = spawn(process.execPath, [BIN, "list", "--watch", "--json", "--tool", "free_text", "--status", "all"], {
      env,
      cwd: office.home,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
    const until = async (count: number): Promise<void> => {
      while (lines(output).length < count) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const request = await office.asked("free_text", { n: 1 });
    await until(1);
    await office.gate.decide(request, { type: "approve" }, { by: FIONA });
    await until(2);
    child.kill("SIGINT");
    expect(values<ApprovalRequest>(output).map(({ id, status }) => [id, status])).toEqual([
      [request.id, "pending"],
      [request.id, "approved"],
    ]);
  });

  it.concurrent("settles", async () => {
    const { id } = await office.unknown();
    const settled = await office.run(["settle", id, "--executed", '"Paid."', "--yes", "--json"]);
    expect(values<ApprovalRequest>(settled.stdout)[0]).toMatchObject({ execution: "done", receipt: { result: "Paid." } });
  });

  it("tells who did what, exports all of it, and verifies", async () => {
    const { id, proposal } = await office.asked("sign_only", { n: 1 });
    await office.run(["approve", id, "--digest", proposal.digest]);
    const query = await office.run(["audit", "query", "--since", "1h", "--tool", "sign_only", "--by", "fiona", "--json"]);
    expect(values<AuditEvent>(query.stdout).map(({ subject, type }) => [subject, type])).toEqual([[id, "approved"]]);
    expect((await office.run(["audit", "query", "--until", "1h"])).stdout).toBe("");

    const verified = values<{ events: number }>((await office.run(["verify", "--json"])).stdout);
    const file = join(office.home, "export.ndjson");
    const exported = await office.run(["audit", "export", "--out", file, "--json"]);
    expect(values<{ events: number }>(exported.stdout)[0]?.events).toBe(verified[0]?.events);
    const written = readFileSync(file, "utf8");
    expect(values<AuditEvent>(written)).toHaveLength(verified[0]?.events ?? 0);
    expect((await office.run(["audit", "export"])).stdout).toBe(written);
    expect((await office.run(["audit", "export", "--out", file])).code).toBe(2);
  });
}

/** The store itself: where it is, and whose. */
export function opening(kind: Kind): void {
  let office: Office;
  beforeAll(async () => void (office = await officeOn(kind)));
  afterAll(() => office.close());

  it("makes no store but with migrate, and names the one that isn't there", async () => {
    const [missing, name] =
      kind === "sqlite"
        ? [join(office.home, "typo.db"), "typo.db"]
        : [office.address.replace(/schema=\w+/, "schema=typo"), 'schema "typo"'];
    for (const command of [["list"], ["verify"], ["doctor"]]) {
      const { code, stdout, stderr } = await office.run([...command, "--store", missing]);
      expect([code === 0, `${stdout}${stderr}`]).toEqual([false, expect.stringContaining(name)]);
    }
    expect((await office.run(["migrate", "--store", missing])).code).toBe(0);
    expect(await office.run(["list", "--store", missing])).toMatchObject({ code: 0, stdout: "" });
  });

  it("finds the store up to date, and keeps tenants apart", async () => {
    expect((await office.run(["migrate"])).stdout).not.toContain("postgres:postgres");
    expect((await office.run(["--tenant", "somebody else", "list"])).stdout).toBe("");
  });
}
