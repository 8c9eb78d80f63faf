// `countersign serve`, killed in the middle of a decision.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";
import { Served } from "./support/served.ts";

await bundleCommand();

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

describe("a process that is killed", () => {
  it.each([0, 2, 5, 20])("%i ms after it was sent a decision leaves it there or not, and to send it again is safe", async (ms) => {
    const served = await Served.on(office);
    const port = String(await served.port());
    const cookie = await served.signedIn();
    const { id, proposal } = await office.asked();
    const decision = { type: "approve" };
    const decide = (to: Served) =>
      to.call(`/v1/requests/${id}/decisions`, { method: "POST", headers: { cookie }, body: { digest: proposal.digest, decision } });
    const sent = decide(served).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, ms));
    served.signal("SIGKILL");
    await sent;
    expect(["pending", "approved"]).toContain((await office.gate.get(id))?.status);
    const next = await Served.on(office, ["--port", port]);
    expect(await decide(next)).toMatchObject({ status: 200, body: { request: { status: "approved" } } });
    expect((await office.gate.get(id))?.decisions).toHaveLength(1);
    await next.stop();
    await office.gate.verify();
  });
});
