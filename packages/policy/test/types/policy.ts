// Compiled, not run: what the types let through, and what they must not.
import type { ApprovalRequest, Policy } from "@countersign/core";
import { z } from "zod";
import { lint, loadPolicy, policyFile, shadow, testPolicy } from "@countersign/policy";

const tools = { send_payment: z.object({ amount: z.coerce.number(), on: z.coerce.date() }), read_report: undefined };
declare const text: string, request: ApprovalRequest;

const policy = loadPolicy(text, { tools, path: "policy.yaml" });
policy.check({ tool: "send_payment", args: { amount: "4200", on: "2026-01-01" } });
policy.check({ tool: "read_report", args: { anything: 1 } });
policy.check({ tool: "another", args: {} });
const payment = policy.match(request, "send_payment");
const date: Date | undefined = payment?.on;
// @ts-expect-error a date, not a text
const wrong: string | undefined = payment?.on;
// @ts-expect-error no such argument
payment?.amuont;
// @ts-expect-error no schema
loadPolicy(text, { tools: { a: {} } });
// @ts-expect-error no such option
loadPolicy(text, { tool: tools });

const withContext = loadPolicy(text, { context: z.object({ trusted: z.boolean() }) });
withContext.check({ tool: "a", args: {}, context: { trusted: true } });
// @ts-expect-error the context is missing
withContext.check({ tool: "a", args: {} });
loadPolicy(text).check({ tool: "a", args: {}, history: [{ tool: "a", args: {} }] });

const watched = policyFile("policy.yaml", { tools, onError: ({ code, details }) => [code === "POLICY_INVALID", details.line] });
watched.check({ tool: "send_payment", args: { amount: 1, on: "2026-01-01" } });
watched.close();
// @ts-expect-error a policy that is closed is no promise
const closed: Promise<void> = watched.close();
const tried: typeof policy = shadow(policy, watched, { report: ({ differs }) => void differs });
const any: Policy = tried;
const line: number | undefined = lint(text, { tools })[0]?.line;
const passed: boolean = testPolicy(any, text).passed;
