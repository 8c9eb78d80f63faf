import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { PostgresVersion } from "@countersign/postgres-server";

/** Packages by what their names shall lead to: `{ ai: "ai-v6" }`. */
export type Versions = Readonly<Record<string, string>>;

/** What a test file may ask the run for. */
export type Question =
  | { readonly of: "postgres"; readonly version: PostgresVersion }
  | { readonly of: "bundle"; readonly entries: readonly string[]; readonly versions: Versions };

type Reply = { readonly value: string } | { readonly error: string };

const ADDRESS = "COUNTERSIGN_TEST_RUN";

/**
 * Answers the questions of all test files, in vitest's main process. Test files run in processes of their own, and
 * whatever there is once a run has to live in a process that stays.
 */
export async function openBroker(answer: (question: Question) => Promise<string>): Promise<{ close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-run-"));
  const address = process.platform === "win32" ? `\\\\.\\pipe\\${folder.replaceAll(/\W/g, "-")}` : join(folder, "socket");
  const server = createServer({ allowHalfOpen: true }, (socket) => void converse(socket, answer));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(address, resolve));
  process.env[ADDRESS] = address;
  return {
    async close() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function converse(socket: Socket, answer: (question: Question) => Promise<string>): Promise<void> {
  // A test file that was ended no longer listens.
  socket.on("error", () => {});
  const reply: Reply = await text(socket)
    .then((question) => answer(JSON.parse(question) as Question))
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    );
  socket.end(JSON.stringify(reply));
}

/** @throws Error outside of vitest, and when the run can't make what is asked for */
export async function askTheRun(question: Question): Promise<string> {
  const address = process.env[ADDRESS];
  if (address === undefined) throw new Error(`No test run answers: ${ADDRESS} is not set. Start test files with vitest.`);
  const socket = connect({ path: address, allowHalfOpen: true });
  socket.end(JSON.stringify(question));
  const reply = JSON.parse(await text(socket)) as Reply;
  if ("error" in reply) throw new Error(reply.error);
  return reply.value;
}
