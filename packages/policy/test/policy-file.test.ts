// A policy that changes under a running gate: replaced, written in place, cut off, gone.
import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, isCountersignError, type CountersignError } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { policyFile, type PolicyFileOptions } from "../src/index.ts";

let folder: string;
let path: string;
const open: Disposable[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-policy-"));
  path = join(folder, "policy.yaml");
});
afterEach(() => {
  for (const policy of open.splice(0)) policy[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const text = (limit: number): string => `version: 1\ntools:\n  pay: { ask: args.amount > ${limit} }\n  drop: deny\n  read: allow\n`;
const watched = (options: PolicyFileOptions<{}, undefined> = {}) => {
  const policy = policyFile(path, { every: 20, ...options });
  open.push(policy);
  return policy;
};
const replace = (content: string): void => {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
};
const asks = (policy: ReturnType<typeof watched>, amount: number): string => policy.check({ tool: "pay", args: { amount } }).type;
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

describe("at the start", () => {
  it.each<[string, () => void, RegExp]>([
    ["isn't there", () => {}, /policy\.yaml: There is no such file/],
    ["is a folder", () => mkdirSync(path), /This is not a file/],
    ["has a mistake", () => writeFileSync(path, "version: 1\ntools: { pay: maybe }\n"), /policy\.yaml:2:15/],
    ["is larger than 1 MB", () => writeFileSync(path, `# ${"x".repeat(1_100_000)}`), /may have 1048576/],
    ["isn't UTF-8", () => writeFileSync(path, Buffer.from([0x76, 0xff, 0xfe])), /Save the file as UTF-8/],
  ])("refuses a file that %s", (_, make, message) => {
    make();
    try {
      policyFile(path);
      expect.unreachable();
    } catch (error) {
      expect(isCountersignError(error, "POLICY_INVALID") && error.message).toMatch(message);
      expect(isCountersignError(error, "POLICY_INVALID") && error.details.problems).toHaveLength(1);
    }
  });

  it("refuses an option that there isn't", () => {
    writeFileSync(path, text(10));
    expect(() => policyFile(path, { onEror: () => {} } as object)).toThrow("policyFile has no option onEror. Did you mean onError?");
  });

  it.each([Number.NaN, 0, -1, "5s"])("refuses to look every %s", (every) => {
    writeFileSync(path, text(10));
    expect(() => policyFile(path, { every } as object)).toThrow("in the place of every. Write policyFile");
  });
});

describe("while it runs", () => {
  it("takes a file that was replaced, with its hash", async () => {
    writeFileSync(path, text(100));
    const changes: unknown[] = [];
    const policy = watched({ onChange: (change) => changes.push(change) });
    const before = policy.hash;
    expect(asks(policy, 50)).toBe("allow");
    replace(text(10));
    await eventually(() => expect(asks(policy, 50)).toBe("ask"));
    expect(policy.hash).not.toBe(before);
    expect(changes).toEqual([{ before, hash: policy.hash }]);
    replace(text(100));
    await eventually(() => expect(policy.hash).toBe(before));
  });

  it("takes a file that was written in place, and a link that leads elsewhere", async () => {
    writeFileSync(join(folder, "a"), text(100));
    writeFileSync(join(folder, "b"), text(10));
    symlinkSync("a", path);
    const policy = watched();
    symlinkSync("b", `${path}.new`);
    renameSync(`${path}.new`, path);
    await eventually(() => expect(asks(policy, 50)).toBe("ask"));
    writeFileSync(join(folder, "b"), text(200));
    await eventually(() => expect(asks(policy, 50)).toBe("allow"));
  });

  it("keeps the last good one when the file is wrong, cut off, too large or gone, and tells once", async () => {
    writeFileSync(path, text(100));
    const errors: CountersignError<"POLICY_INVALID">[] = [];
    const policy = watched({ onError: (error) => errors.push(error) });
    const before = policy.hash;
    const breakings: [() => void, RegExp][] = [
      [() => writeFileSync(path, text(10).replace("deny", "dney")), /Write `drop: allow`/],
      [() => writeFileSync(path, ""), /Begin the file with `version: 1`/],
      [() => writeFileSync(path, text(10).slice(0, 30)), /./],
      [() => writeFileSync(path, "x".repeat(2_000_000)), /may have 1048576/],
      [() => unlinkSync(path), /policy\.yaml: There is no such file/],
    ];
    for (const [index, [breakIt, message]] of breakings.entries()) {
      breakIt();
      await eventually(() => expect(errors).toHaveLength(index + 1));
      expect(errors[index]?.message).toMatch(message);
      expect([policy.hash, asks(policy, 50), asks(policy, 500)]).toEqual([before, "allow", "ask"]);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(errors).toHaveLength(breakings.length);
    writeFileSync(path, text(10));
    await eventually(() => expect(asks(policy, 50)).toBe("ask"));
  });

  it("waits until a file that is being written stands still", async () => {
    writeFileSync(path, text(100));
    const policy = watched({ every: 60, onError: () => {} });
    const seen = new Set<string>();
    const whole = text(10);
    // Cut after its first rule the text is a policy too, which no longer denies anything.
    const half = whole.slice(0, whole.indexOf("  drop"));
    for (let written = 0; written < 12; written++) {
      writeFileSync(path, half + "#".repeat(written));
      await new Promise((resolve) => setTimeout(resolve, 15));
      seen.add(policy.check({ tool: "drop", args: {} }).type);
    }
    writeFileSync(path, whole);
    await eventually(() => expect(asks(policy, 50)).toBe("ask"));
    expect([...seen]).toEqual(["deny"]);
  });

  it("rereads on demand, and not once it is closed", async () => {
    writeFileSync(path, text(100));
    const policy = watched({ every: 1_000_000 });
    writeFileSync(path, text(10));
    expect(asks(policy, 50)).toBe("allow");
    policy.reload();
    expect(asks(policy, 50)).toBe("ask");
    writeFileSync(path, "nonsense");
    expect(() => policy.reload()).toThrow(/policy/);
    expect(asks(policy, 50)).toBe("ask");

    writeFileSync(path, text(10));
    const closed = watched();
    closed.close();
    closed.close();
    writeFileSync(path, text(100));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asks(closed, 50)).toBe("ask");
  });
});

describe("under a gate", () => {
  it("records with each request the hash of the version that asked, and loses none while it changes", async () => {
    writeFileSync(path, text(0));
    const policy = watched({ every: 1_000_000 });
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const hashes: string[] = [];
    for (let round = 0; round < 20; round++) {
      if (round % 2 === 0) writeFileSync(path, text(round));
      const [asked] = await Promise.all([
        gate.ask({ threadId: "t", key: `k${round}`, tool: "pay", args: { amount: 1_000 } }),
        (async () => policy.reload())(),
        gate.ask({ threadId: "t", key: `r${round}`, tool: "read", args: {} }),
      ]);
      expect(asked.status).toBe("pending");
      if (asked.status === "pending") hashes.push(asked.request.policyHash);
    }
    const requests = await gate.list({ limit: 100 });
    expect(requests.items.filter(({ tool }) => tool === "pay")).toHaveLength(20);
    expect(new Set(hashes).size).toBeGreaterThan(9);
    expect(hashes.at(-1)).toBe(policy.hash);
    await gate.verify();
  });

  it("judges an edit by the version that is in force when it is made", async () => {
    writeFileSync(path, text(10));
    const policy = watched({ every: 1_000_000 });
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 1_000 } });
    if (asked.status !== "pending") return expect.unreachable();
    writeFileSync(path, "version: 1\ntools: { pay: { deny: args.amount > 5, ask: true } }\n");
    policy.reload();
    const by = { id: "alice" };
    await expect(gate.decide(asked.request, { type: "edit", args: { amount: 6 } }, { by })).rejects.toMatchObject({
      code: "POLICY_DENIED",
    });
    expect((await gate.decide(asked.request, { type: "edit", args: { amount: 4 } }, { by })).status).toBe("approved");
  });
});
