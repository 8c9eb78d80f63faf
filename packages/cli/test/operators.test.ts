// What operators and authors of policies do, with the built command.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createGate, definePolicy } from "@countersign/core";
import { GIVEN_UP } from "@countersign/core/store";
import { sampler, loadPolicy } from "@countersign/policy";
import { sqliteStore } from "@countersign/sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BIN, bundleCommand, environment } from "./support/command.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";

await bundleCommand();

const AGENT = join(import.meta.dirname, "support/agent.ts");
const values = <T>(text: string): readonly T[] => text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as T]));

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
}

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

describe("an operator", () => {
  it("freezes and lifts", async () => {
    const frozen = await office.run(["freeze", "--tool", "send_payment", "--reason", "wrong bank", "--yes", "--json"]);
    const [freeze] = await office.gate.freezes();
    expect(freeze).toMatchObject({ id: values<{ id: string }>(frozen.stdout)[0]?.id, tool: "send_payment", by: { id: "fiona" } });
    expect((await office.run(["freezes"])).stdout).toContain("wrong bank");
    expect((await office.run(["lift", freeze?.id ?? "", "-y"])).code).toBe(0);
    expect(await office.gate.freezes()).toEqual([]);
  });

  it.concurrent("runs again what did not happen, and withdraws what is not needed", async () => {
    const { id } = await office.unknown();
    expect((await office.run(["settle", id, "--retry", "--yes"])).code).toBe(0);
    expect(await office.gate.get(id)).toMatchObject({ status: "approved", execution: "none" });
    const withdrawn = await office.asked();
    expect((await office.run(["cancel", withdrawn.id, "--reason", "not needed", "--yes"])).stdout).toMatch(/^cancelled/);
  });

  it.concurrent("says that what did not happen shall not be run again", async () => {
    const { id } = await office.unknown();
    expect((await office.run(["settle", id, "--failed", "The bank has no such payment.", "--yes"])).stdout).toMatch(/^failed/);
    expect(await office.gate.get(id)).toMatchObject({ execution: "failed", receipt: { error: "The bank has no such payment." } });
  });

  it.concurrent("sees remembered decisions, and revokes them", async () => {
    const { id, proposal } = await office.asked("send_payment", { recipient: "Same", amount: 5_000 });
    const given = ["approve", id, "--digest", proposal.digest, "--remember", "exact-args", "--for", "1h", "--times", "3"];
    expect((await office.run(given)).code).toBe(0);
    const [grant] = values<{ id: string; uses: number }>((await office.run(["grants", "list", "--live", "--json"])).stdout);
    expect(grant?.uses).toBe(3);
    expect((await office.run(["grants", "revoke", grant?.id ?? "", "-y"])).code).toBe(0);
    expect((await office.run(["grants", "--live"])).stdout).toBe("");
  });

  it.concurrent("removes what had ended", async () => {
    expect((await office.run(["purge", "--older-than", "90d", "--yes", "--json"])).stdout).toBe('{"requests":0,"threads":0}\n');
  });
});

describe("worker", () => {
  const OFFICE = () => ({ OFFICE: join(office.home, "agents.db") });
  async function suspended(threadId: string): Promise<void> {
    const starter = `import { payments } from ${JSON.stringify(AGENT)}; await payments.start(${JSON.stringify(threadId)}, "go"); await payments.gate.store.close();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", starter], {
      env: environment(office.home, OFFICE()),
      stdio: ["ignore", "ignore", "pipe"],
    });
    expect(await text(child.stderr)).toBe("");
  }
  async function decided(): Promise<void> {
    await using store = sqliteStore(OFFICE().OFFICE);
    const gate = createGate({ store });
    for (const request of (await gate.list({ status: "pending" })).items) await gate.decide(request, { type: "approve" }, { by: FIONA });
  }

  it("resumes what is decided, once or until a signal", async () => {
    await suspended("once");
    const once = async () => values<object>((await office.run(["worker", AGENT, "--once", "--json"], { env: OFFICE() })).stdout);
    expect(await once()).toEqual([{ type: "drained", resumed: 0, expired: 0, failed: 0 }]);
    await decided();
    const [at, thread] = [expect.any(Number) as number, { threadId: "once", agent: "payments" }];
    expect(await once()).toEqual([
      { at, type: "started", ...thread },
      { at, type: "completed", ...thread },
      { type: "drained", resumed: 1, expired: 0, failed: 0 },
    ]);

    const child = spawn(process.execPath, [BIN, "worker", AGENT], { env: environment(office.home, OFFICE()), cwd: office.home });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await suspended("live");
    await decided();
    await using store = sqliteStore(OFFICE().OFFICE);
    const gate = createGate({ store });
    await expect.poll(async () => (await gate.list({ threadId: "live" })).items[0]?.execution, { timeout: 20_000 }).toBe("done");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("keeps house on --store without a module, and says what it does: a line for people, JSON in a pipe", async () => {
    const store = join(office.home, "house.db");
    let [skipped, id] = [-4 * 86_400_000, ""];
    {
      await using made = sqliteStore(store);
      const policy = definePolicy({ tools: { pay: "ask" } });
      const past = createGate({ policy, store: made, now: () => Date.now() + skipped, warn: () => {} });
      for (const key of ["a", "b"]) {
        const asked = await past.ask({ threadId: `t-${key}`, key, tool: "pay", args: {} });
        ({ id } = asked);
        skipped = 0;
      }
      await createGate({ store: made, tenant: "other" }).list();
    }
    const once = await office.run(["worker", "--once", "--store", store]);
    expect(values<object>(once.stdout)).toEqual([
      {
        at: expect.any(Number) as number,
        type: "expired",
        requestId: expect.any(String) as string,
        threadId: "t-a",
        agent: "",
        tool: "pay",
      },
      { type: "drained", resumed: 0, expired: 1, failed: 0 },
    ]);
    expect(once.code).toBe(0);
    const terminal = office.terminal(["worker", "--store", store]);
    await terminal.until("Keeping house: ");
    await using live = sqliteStore(store);
    const record = await live.getRequest("default", id);
    if (!record) throw new Error(id);
    const overdue = { ...record, expiresAt: Date.now(), version: record.version + 1 };
    await live.commit({
      tenant: "default",
      changes: [{ op: "put", kind: "request", record: overdue, expects: record.version }],
      events: [],
    });
    await terminal.until(`expired  request ${id} (pay), thread t-b`);
    terminal.type("\u0003");
    expect(await terminal.ended()).toBe(0);
  });

  it("says of a thread on a terminal when it takes it and how that ends", async () => {
    await suspended("seen");
    await decided();
    const terminal = office.terminal(["worker", AGENT], { env: OFFICE() });
    // Both may come at once.
    expect(await terminal.until("done     thread seen of payments")).toContain("started  thread seen of payments");
    terminal.type("\u0003");
    expect(await terminal.ended()).toBe(0);
  });

  it("is told in the doctor's findings when conversations are forgotten and everything is approved", async () => {
    const args = ["doctor", "--module", AGENT, "--json"];
    const [sound, careless] = await Promise.all([
      office.run(args, { env: OFFICE() }),
      office.run(args, { env: { ...OFFICE(), CARELESS: "1" } }),
    ]);
    const agents = (stdout: string) => values<Finding>(stdout).filter(({ check }) => check === "agents").map(({ status }) => status); // prettier-ignore
    expect(agents(sound.stdout)).toEqual(["ok"]);
    expect(agents(careless.stdout)).toEqual(["problem", "problem"]);
    expect([sound.code, careless.code]).toEqual([0, 1]);
    expect(careless.stdout).toContain("checkpointer");
    expect(careless.stdout).toContain("dangerously-approve-all");
  });

  it("is told in the doctor's findings when a rule stands for no tool", async () => {
    const env = { ...OFFICE(), LEFT_OVER: "send_payment" };
    const { stdout, code } = await office.run(["doctor", "--module", AGENT, "--json"], { env });
    const found = values<Finding & { message: string }>(stdout).filter(({ check }) => check === "agents");
    expect(found).toContainEqual(
      expect.objectContaining({ status: "warning", message: expect.stringContaining("send_payment") as string }),
    );
    expect(code).toBe(0);
  });

  it.each(["at once", "later"])("is told in the doctor's findings when it has a tool that nobody gated, which is seen %s", async (when) => {
    const env = { ...OFFICE(), FORGOTTEN: when };
    const { stdout, code } = await office.run(["doctor", "--module", AGENT, "--json"], { env });
    const [finding, ...more] = values<Finding & { message: string }>(stdout).filter(({ check }) => check === "agents");
    expect(finding).toMatchObject({ status: "problem", message: expect.stringContaining("tools that its gate does not guard: wire") });
    expect(more).toEqual([]);
    expect(code).toBe(1);
  });
});

describe("doctor", () => {
  const diagnose = async (env: Record<string, string> = {}, cwd = office.home) => {
    const { stdout, code } = await office.run(["doctor", "--json"], { env, cwd });
    const findings = values<Finding>(stdout);
    return { code, of: (check: string) => findings.filter((finding) => finding.check === check) };
  };

  it("finds a sound store sound, and says so", async () => {
    await office.asked();
    const { code, of } = await diagnose();
    expect(code).toBe(0);
    for (const check of ["node", "store", "schema", "writes", "clock", "requests", "threads", "signatures", "freezes"])
      expect(of(check).map(({ status }) => status)).toEqual(["ok"]);
  });

  it("finds runs that workers have given up, and says what to do", async () => {
    const since = Date.UTC(2026, 0, 2);
    const failing = { attempts: 290, failingSince: since, lastError: "the guardrail tripped" };
    const { threadId } = await office.asked();
    const record = await office.store.getThread("default", threadId);
    if (!record) throw new Error(threadId);
    const run = { ...record, id: "run-7", version: 0, agent: "payments", framework: "test", notBefore: GIVEN_UP, ...failing };
    const changes = [{ op: "put", kind: "thread", record: run, expects: 0 } as const];
    expect(await office.store.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
    const { code, of } = await diagnose();
    expect(code).toBe(0);
    expect(of("threads")).toMatchObject([{ status: "warning", advice: expect.stringContaining("runner.resume") as string }]);
    const [{ message }] = of("threads") as unknown as [{ message: string }];
    for (const said of ["run-7", "payments", "290 times", "2026-01-02", "the guardrail tripped"]) expect(message).toContain(said);
  });

  it("finds requests that nobody could sign, by the people that there are", async () => {
    const cwd = join(office.home, "project");
    mkdirSync(cwd, { recursive: true });
    const { id } = await office.asked("wire", { amount: 1 }, { requestedBy: "fiona" });
    const people = (...ids: readonly string[]): void =>
      writeFileSync(join(cwd, "countersign.json"), JSON.stringify({ people: ids.map((person) => ({ id: person, roles: ["finance"] })) }));
    people("fiona", "grace");
    const few = await diagnose({}, cwd);
    expect(few.code).toBe(1);
    expect(few.of("requests")).toMatchObject([{ status: "problem", message: expect.stringContaining(id) as string }]);
    people("fiona", "grace", "alice");
    expect((await diagnose({}, cwd)).of("requests")).toMatchObject([{ status: "ok" }]);
    const known = [
      { id: "grace", roles: ["finance"] },
      { id: "grace@example.com", aliases: ["grace"], roles: ["finance"] },
    ];
    writeFileSync(join(cwd, "countersign.json"), JSON.stringify({ people: known }));
    expect((await diagnose({}, cwd)).of("requests")).toMatchObject([{ status: "problem", message: expect.stringContaining(id) as string }]);
  });

  it("finds automations that sign, unknown executions and freezes", async () => {
    const request = await office.asked();
    await office.gate.decide(
      request,
      { type: "approve" },
      { by: { id: "dangerously-approve-all", roles: ["finance"], kind: "automation" } },
    );
    const { id } = await office.unknown();
    expect((await office.run(["worker", AGENT, "--once"], { env: { OFFICE: office.address } })).code).toBe(0);
    const freeze = await office.gate.freeze({ agent: "payments" }, { by: FIONA, reason: "looking into it" });
    const { code, of } = await diagnose();
    await office.gate.liftFreeze(freeze.id, { by: FIONA });
    expect(code).toBe(1);
    expect(of("signatures")).toMatchObject([{ status: "problem" }]);
    expect(of("requests").find(({ message }) => message.includes(id))?.status).toBe("warning");
    expect(of("freezes")).toMatchObject([{ status: "warning", message: expect.stringContaining("looking into it") as string }]);
  });

  it("says what to do without a store, and with one that isn't one", async () => {
    const missing = await diagnose({ COUNTERSIGN_STORE: join(office.home, "no.db") });
    expect(missing.code).toBe(1);
    expect(missing.of("store")).toMatchObject([{ status: "problem" }]);
    writeFileSync(join(office.home, "foreign.db"), "x".repeat(5_000));
    expect((await diagnose({ COUNTERSIGN_STORE: join(office.home, "foreign.db") })).of("schema")).toMatchObject([{ status: "problem" }]);
    writeFileSync(join(office.home, "wrong.yaml"), "tools: 1");
    const { stdout } = await office.run(["doctor", "--policy", "wrong.yaml"]);
    expect(stdout).toContain("countersign policy lint");
  });
});

describe("policy", () => {
  const POLICY = `version: 1
constants: { limit: 5000 }
tools:
  send_payment:
    deny: args.amount > 50000
    ask: args.amount > constants.limit
    review: { roles: [finance] }
`;
  const write = (name: string, content: string): void => writeFileSync(join(office.home, name), content);

  it("lints, tests, explains and covers", async () => {
    write("policy.yaml", POLICY);
    write("wrong.yaml", POLICY.replace("constants.limit", "constants.limmit"));
    write(
      "cases.yaml",
      `- call: { tool: send_payment, args: { amount: 6000 } }\n  expect: ask\n- call: { tool: send_payment, args: { amount: 1 } }\n  expect: ask\n`,
    );
    const [good, wrong, cases, explained, covered, module] = await Promise.all([
      office.run(["policy", "lint", "policy.yaml"]),
      office.run(["policy", "lint", "wrong.yaml"]),
      office.run(["policy", "test", "policy.yaml", "cases.yaml"]),
      office.run(["policy", "explain", "policy.yaml", "send_payment", "--args", '{"amount": 6000}']),
      office.run(["policy", "coverage", "policy.yaml", "--tools", AGENT, "send_payment"], {
        env: { OFFICE: join(office.home, "agents.db") },
      }),
      office.run(["policy", "explain", AGENT, "pay"], { env: { OFFICE: join(office.home, "agents.db") } }),
    ]);
    expect(good).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/^wrong\.yaml:6:\d+: error: .*limit/m);
    expect(cases.code).toBe(1);
    expect(cases.stdout).toMatch(/^passed cases\.yaml:1: .*\nfailed cases\.yaml:3: .*expected ask, got allow/);
    expect(explained.stdout).toMatch(/^ask/);
    expect(explained.stdout).toContain("args.amount = 6000");
    expect(covered).toMatchObject({ code: 1, stdout: "pay\nread\n" });
    expect(module.stdout).toMatch(/^ask/);
  });

  it("lints what is included, as annotations of a workflow", async () => {
    write("base.yaml", "version: 1\ntools:\n  'a,b:c': { deny: args.x > 100% }\n");
    write("policy.yaml", `${POLICY}include: [base.yaml]\ntool: {}\n`);
    const [text, github, json] = await Promise.all([
      office.run(["policy", "lint", "policy.yaml"]),
      office.run(["policy", "lint", "policy.yaml", "--format", "github"]),
      office.run(["policy", "lint", "policy.yaml", "--json"]),
    ]);
    expect([text.code, github.code]).toEqual([1, 1]);
    expect(text.stdout).toBe(
      "policy.yaml:9:1: error: tool: There is no setting tool here. Did you mean tools?\n" +
        "base.yaml:3:32: error: tools.a,b:c.deny: Something is missing after `%`.\n",
    );
    expect(github.stdout).toBe(
      "::error file=policy.yaml,line=9,col=1,title=tool::There is no setting tool here. Did you mean tools?\n" +
        "::error file=base.yaml,line=3,col=32,title=tools.a%2Cb%3Ac.deny::Something is missing after `%25`.\n",
    );
    expect(values(json.stdout)).toMatchObject([{ line: 9 }, { file: "base.yaml", line: 3, column: 32 }]);
  });

  it("explains at a time, with what ran before", async () => {
    write(
      "policy.yaml",
      `version: 1
review: { roles: [finance] }
always: [{ when: 'now.getHours("Europe/Berlin") >= 18', ask: true, reason: after hours }]
tools:
  pay:
    ask: [{ when: args.amount > 50 }, { when: history.count() > 0, reason: again }]
    describe: { title: "Pay \${ args.amount }", facts: [{ label: To, value: "\${ args.to }" }], risk: low }
`,
    );
    write("past.json", JSON.stringify([{ tool: "pay", args: {} }]));
    write("wrong.json", JSON.stringify([{ tool: "pay" }]));
    const explain = (...options: string[]) =>
      office.run(["policy", "explain", "policy.yaml", "pay", "--args", '{"amount": 5, "to": "Acme"}', ...options]);
    const [evening, again, noon, wrong, never] = await Promise.all([
      explain("--history", "past.json", "--now", "2026-07-01T16:00Z"),
      explain("--history", "past.json", "--now", String(Date.parse("2026-07-01T10:00Z"))),
      explain("--now", "2026-07-01T15:59:59Z", "--json"),
      explain("--history", "wrong.json"),
      explain("--now", "noon"),
    ]);
    expect(evening.stdout).toBe(`ask: again; after hours
rule pay, tier 2
reads: Pay 5
  To: Acme
risk: low
signed by role finance
  6:19 tier 1: ask if args.amount > 50: false
    args.amount = 5
  6:47 tier 2: ask if history.count() > 0: true
    history.count() = 1
  3:19 always[0]: ask if now.getHours("Europe/Berlin") >= 18: true
    now = "2026-07-01T16:00:00Z"
`);
    expect(again.stdout).toContain("ask: again\n");
    expect(values(noon.stdout)).toMatchObject([{ now: Date.parse("2026-07-01T15:59:59Z"), verdict: { tier: 2 } }]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('wrong.json is no list of calls. Write [{ "tool"')]);
    expect([never.code, never.stderr]).toEqual([2, expect.stringContaining("2027-01-31T08:00Z")]);
  });

  it("explains a recorded request at the time when it was judged", async () => {
    const text = "version: 1\ntools: { pay: { ask: now.getFullYear() < 2020, review: { roles: [finance] } } }\n";
    write("policy.yaml", text);
    const database = join(office.home, "judged.db");
    await using store = sqliteStore(database);
    const gate = createGate({ store, policy: loadPolicy(text), now: () => Date.parse("2019-05-01T12:00:00Z") });
    const { id } = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
    const [explained, simulated] = await Promise.all([
      office.run(["policy", "explain", "policy.yaml", "--request", id, "--store", database]),
      office.run(["policy", "simulate", "policy.yaml", "--store", database, "--json"]),
    ]);
    expect(explained.stdout).toMatch(/^ask[^]*now = "2019-05-01T12:00:00Z"/);
    expect(values(simulated.stdout)).toMatchObject([{ calls: 1, counts: { pending: { ask: 1 }, expired: { ask: 0 } } }]);
  });

  it("simulates over the record and over sampled calls: signatures saved, and what would have been let through", async () => {
    write("policy.yaml", POLICY);
    const database = join(office.home, "past.db");
    await using store = sqliteStore(database);
    const gate = createGate({ store, policy: loadPolicy(POLICY.replace("5000 }", "1000 }").replace("50000", "500000")) });
    const ask = async (key: string, amount: number) => {
      const { id } = await gate.ask({ threadId: "t", key, tool: "send_payment", args: { amount }, requestedBy: "bob" });
      return (await gate.get(id)) ?? expect.unreachable();
    };
    await gate.decide(await ask("yes", 2_000), { type: "approve" }, { by: FIONA });
    const rejected = await ask("no", 3_000);
    await gate.decide(rejected, { type: "reject" }, { by: FIONA });
    await gate.decide(await ask("much", 60_000), { type: "approve" }, { by: FIONA });
    await gate.decide(await ask("asked", 6_000), { type: "approve" }, { by: FIONA });

    const file = join(office.home, "allowed.ndjson");
    const sample = sampler({ to: file, rate: 0.5 });
    const allowed = {
      namespace: undefined,
      tool: "send_payment",
      threadId: "t",
      agent: "a",
      requestedBy: undefined,
      context: undefined,
      redact: undefined,
      policyHash: "",
    };
    for (let n = 0; n < 40; n++) sample({ ...allowed, args: { amount: 7_000 } });
    await sample.flush();
    const kept = readFileSync(file, "utf8").trimEnd().split("\n").length;

    const args = ["policy", "simulate", "policy.yaml", "--samples", file, "--store", database];
    const [people, json] = await Promise.all([office.run(args), office.run([...args, "--json"])]);
    const [result] = values<Record<string, never>>(json.stdout);
    expect(result).toMatchObject({
      calls: 4 + kept * 2,
      counts: { approved: { allow: 1, ask: 1, deny: 1 }, rejected: { allow: 1 }, allowed: { ask: kept * 2 } },
      signatures: { given: 4, needed: 1 + kept * 2 },
      letThrough: [{ id: rejected.id, tool: "send_payment", args: { amount: 3_000 }, verdict: { type: "allow" } }],
      refused: [{ args: { amount: 60_000 } }],
    });
    expect(people.stdout).toContain(`1 rejected by a person, and would have run:\n  ${rejected.id} send_payment {"amount":3000}`);
    expect(people.stderr).toBe("");

    const terminal = office.terminal(args);
    await terminal.until("signatures:");
    expect(await terminal.ended()).toBe(0);
    expect(terminal.text).toContain("Trying the policy on the record");
  });
});

describe("the surroundings", () => {
  it("reads who signs from the person's own file, and the store from the project's", async () => {
    const { id, proposal } = await office.asked();
    const env = { COUNTERSIGN_STORE: "", COUNTERSIGN_AS: "", COUNTERSIGN_ROLES: "" };
    const cwd = join(office.home, "mine");
    mkdirSync(join(office.home, "config/countersign"), { recursive: true });
    mkdirSync(cwd, { recursive: true });
    writeFileSync(
      join(office.home, "config/countersign/config.json"),
      JSON.stringify({ identity: { id: "dora", name: "Dora", roles: ["finance"] } }),
    );
    writeFileSync(join(cwd, "countersign.json"), JSON.stringify({ store: "../countersign.db" }));
    expect((await office.run(["approve", id, "--digest", proposal.digest], { env, cwd })).code).toBe(0);
    expect((await office.gate.get(id))?.decisions[0]?.by).toEqual({ id: "dora", name: "Dora", roles: ["finance"] });
  });

  it("completes commands, options, choices and pending requests", async () => {
    const { id } = await office.asked();
    const complete = async (...words: readonly string[]) => (await office.run(["complete", "--", ...words])).stdout.trimEnd().split("\n");
    expect(await complete("ap")).toEqual(["approve"]);
    expect(await complete("policy", "s")).toEqual(["simulate"]);
    expect(await complete("list", "--status", "pe")).toEqual(["pending"]);
    expect(await complete("list", "--wa")).toEqual(["--watch"]);
    expect(await complete("audit", "v")).toEqual(["verify"]);
    expect(await complete("verify", "--ag")).toEqual(["--against"]);
    expect(await complete("approve", "")).toContain(id);
    for (const shell of ["bash", "zsh", "fish"])
      expect((await office.run(["completion", shell])).stdout).toContain("countersign complete --");
    const script = `source <("${process.execPath}" "${BIN}" completion bash); COMP_WORDS=(countersign rej); COMP_CWORD=1; countersign() { "${process.execPath}" "${BIN}" "$@"; }; _countersign; echo "\${COMPREPLY[@]}"`;
    const shell = spawn("bash", ["-c", script], { env: environment(office.home) });
    expect(await text(shell.stdout)).toBe("reject\n");
  });

  it("ends quietly when nobody reads on", async () => {
    await office.asked();
    // `true` has ended before the first line is written.
    const child = spawn("sh", ["-c", `{ "${process.execPath}" "${BIN}" list --status all --json; echo "ended with $?" >&2; } | true`], {
      env: environment(office.home, { COUNTERSIGN_STORE: office.address }),
    });
    expect(await text(child.stderr)).toBe("ended with 0\n");
  });
});
