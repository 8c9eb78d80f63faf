import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { verifyTrail, type AuditEvent, type Grant } from "@countersign/core";
import { visibleJson } from "@countersign/review";
import { Command } from "commander";
import { atDesk, roomOf } from "../desk.ts";
import { usage, type Failure } from "../failure.ts";
import { count } from "../output/count.ts";
import { eventColumns } from "../output/event.ts";
import { table } from "../output/table.ts";
import { warnOfUnreadable } from "../output/unreadable.ts";
import { moment } from "../settings/values.ts";
import { readTrail } from "./trail-file.ts";
import { trail } from "./trail.ts";

interface QueryOptions {
  readonly since?: number;
  readonly until?: number;
  readonly tool?: string;
  readonly by?: string;
  readonly type?: string;
}

export function audit(): Command {
  return new Command("audit")
    .description("the trail: who signed what, when")
    .addCommand(query())
    .addCommand(exporting())
    .addCommand(verifying());
}

function query(): Command {
  return new Command("query")
    .description("events, oldest first; all conditions hold at once")
    .option("--since <time>", "not before: 24h or 30d (ago), or a date", moment)
    .option("--until <time>", "before", moment)
    .option("--tool <name>", "about requests and grants of this tool")
    .option("--by <id>", "of this person, agent or system")
    .option("--type <event>", "such as asked, approved, rejected, expired, claimed, done")
    .action((options: QueryOptions, command: Command) =>
      atDesk(command, async ({ store, tenant, out }) => {
        const found: AuditEvent[] = [];
        for await (const event of matching(trail(store, tenant), options)) {
          if (out.json) out.value(event);
          else if (out.people) found.push(event);
          else table(out, eventColumns(out.people), [event]);
        }
        if (!out.people) return;
        if (found.length === 0) out.hint("No such events.");
        else if (table(out, eventColumns(out.people), found)) out.hint("… is where a line is cut: --json, or a pipe, has all of it.");
      }),
    );
}

/** Only the first event of a chain names the tool: the others are recognised by their chain. */
async function* matching(events: AsyncIterable<AuditEvent>, { since, until, tool, by, type }: QueryOptions): AsyncGenerator<AuditEvent> {
  const ofTool = new Set<string>();
  for await (const event of events) {
    if (tool !== undefined) {
      if (toolOf(event) === tool) ofTool.add(event.subject);
      if (!ofTool.has(event.subject)) continue;
    }
    if (since !== undefined && event.at < since) continue;
    if (until !== undefined && event.at >= until) continue;
    if (by !== undefined && event.actor?.id !== by) continue;
    if (type !== undefined && event.type !== type) continue;
    yield event;
  }
}

/** A request's event says it itself, a grant's in what is granted. */
function toolOf({ data }: AuditEvent): unknown {
  return data["tool"] ?? (data["grant"] as Partial<Grant> | undefined)?.tool;
}

function exporting(): Command {
  return new Command("export")
    .description("every event as JSON, one a line, in the order of the commits; verifies the chains first")
    .option("--out <file>", "write there (never over a file that exists) instead of standard output")
    .action(({ out: path }: { out?: string }, command: Command) =>
      atDesk(command, async ({ gate, store, tenant, out }) => {
        const { unreadable } = await gate.verify();
        warnOfUnreadable(out, unreadable);
        const hash = createHash("sha256");
        let events = 0;
        async function* lines(): AsyncGenerator<string> {
          for await (const event of trail(store, tenant)) {
            const line = `${visibleJson(event, 0)}\n`;
            hash.update(line);
            events++;
            yield line;
          }
        }
        if (path === undefined) await pipeline(lines, process.stdout, { end: false });
        else await filled(path, await created(path), lines);
        const summary = { events, sha256: hash.digest("hex"), ...(unreadable ? { unreadable } : {}) };
        if (path === undefined) return out.hint(`${events} events, SHA-256 ${summary.sha256}`);
        out.result({ file: path, ...summary }, `${path}: ${events} events, SHA-256 ${summary.sha256}`);
      }),
    );
}

async function created(path: string): Promise<NodeJS.WritableStream> {
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await once(file, "open");
    return file;
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw exists ? usage(`${path} exists already. Name a new file: an export never writes over one.`) : unwritten(path, error);
  }
}

/** The beginning of an export looks like a whole one: it doesn't stay. */
async function filled(path: string, file: NodeJS.WritableStream, lines: () => AsyncGenerator<string>): Promise<void> {
  try {
    await pipeline(lines, file);
  } catch (error) {
    await rm(path, { force: true });
    throw error instanceof Error && "syscall" in error && error.syscall === "write" ? unwritten(path, error) : error;
  }
}

function unwritten(path: string, error: unknown): Failure {
  return usage(`${path} can't be written: ${String((error as Error).message)}.`);
}

function verifying(): Command {
  return new Command("verify")
    .description("check an export by itself: its chains are whole, nothing was changed or moved; needs no store")
    .argument("<file>", "what audit export wrote; - for standard input")
    .action(async (path: string, _options: object, command: Command) => {
      const { out } = await roomOf(command);
      const { result, file, sha256 } = await readTrail(path, verifyTrail);
      const text = `${file}: verified ${count(result.events, "event")} in ${count(result.subjects, "chain")}, SHA-256 ${sha256}`;
      out.result({ file, ...result, sha256 }, text);
    });
}
