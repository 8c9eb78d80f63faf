import { follow, type Operations, type Plan } from "../operations.ts";
import { orderOf } from "./child.ts";

/** Follows a plan in a process that has done nothing else, and prints the samples. */
const { url, given, plan } = orderOf<{ readonly url: string; readonly given: unknown; readonly plan: Plan }>();
const { operations } = (await import(url)) as { readonly operations: Operations<unknown> };
const measured = await follow(operations, given, plan);
// What a framework leaves behind (timers, sockets) doesn't keep the process: it is done once this is written.
process.stdout.write(JSON.stringify(measured), () => process.exit());
