import { CountersignError, type StorePort } from "@countersign/core/store";
import { commit } from "./commit.ts";
import { Connection } from "./connection.ts";
import { documentsIn } from "./documents.ts";
import { claimDue } from "./due.ts";
import { endOfEvents, listEvents } from "./events.ts";
import { Group } from "./group.ts";
import { countRequests, listRequests } from "./list.ts";
import { listThreads } from "./list-threads.ts";
import { openDatabase } from "./open.ts";
import { closedThreads, getRequest, getThread, grantsFor, listGrants, readThread, requestsOfThread, requestsOfTurn } from "./reads.ts";
import { listSubjects } from "./subjects.ts";
import { Watchers } from "./watch.ts";

/**
 * The embedded, durable store: one SQLite file (and its `-wal` and `-shm` beside it), shared by any number of processes
 * on one machine. The file is opened, and made if there is none, by this call; its folder must exist. `":memory:"` is a
 * store that dies with the process.
 *
 * What was committed survives kill -9 and power loss. Other processes' commits are heard by `watch` within a few ms where
 * the system tells who writes to a file, else within about 50 ms.
 * A lock held by another process is waited for up to 5 s.
 *
 * @throws STORE_INCOMPATIBLE for a file of somebody else's or of another version (nothing is changed in it);
 * STORE_UNAVAILABLE if the file can't be opened. Later calls throw STORE_UNAVAILABLE: `retryable` when others kept the
 * file locked, else (disk full, read-only, closed) not.
 */
export function sqliteStore(path: string): StorePort {
  if (typeof path !== "string" || path === "")
    throw new CountersignError("SETUP", { hint: 'Pass the path of a file: sqliteStore("countersign.db").' });
  const connection = new Connection(openDatabase(path));
  const watchers = new Watchers(connection);
  const group = new Group(connection, () => watchers.notify());
  const onDisk = connection.path !== "";

  async function close(): Promise<void> {
    void group.flush();
    watchers.stop();
    connection.close();
  }

  return {
    capabilities: { durable: onDisk, shared: onDisk, push: true },
    commit: (batch) => commit(group, batch),
    now: () => connection.answer(() => Date.now()),
    getRequest: (tenant, id) => connection.answer(() => getRequest(connection, tenant, id)),
    getThread: (tenant, id) => connection.answer(() => getThread(connection, tenant, id)),
    readThread: (tenant, id) => connection.answer(() => connection.atOnce(() => readThread(connection, tenant, id))),
    requestsOfThread: (tenant, threadId, after) => connection.answer(() => requestsOfThread(connection, tenant, threadId, after)),
    requestsOfTurn: (tenant, threadId, turnId) => connection.answer(() => requestsOfTurn(connection, tenant, threadId, turnId)),
    listRequests: (tenant, query) => connection.answer(() => listRequests(connection, tenant, query)),
    countRequests: (tenant, query, cap) => connection.answer(() => countRequests(connection, tenant, query, cap)),
    listThreads: (tenant, query) => connection.answer(() => listThreads(connection, tenant, query)),
    grantsFor: (tenant, call) => connection.answer(() => grantsFor(connection, tenant, call)),
    listGrants: (tenant, tool) => connection.answer(() => listGrants(connection, tenant, tool)),
    listEvents: (tenant, after, limit, subject) => connection.answer(() => listEvents(connection, tenant, after, limit, subject)),
    endOfEvents: (tenant) => connection.answer(() => endOfEvents(connection, tenant)),
    listSubjects: (tenant, after, limit) => connection.answer(() => listSubjects(connection, tenant, after, limit)),
    closedThreads: (tenant, before, limit) => connection.answer(() => closedThreads(connection, tenant, before, limit)),
    claimDue: (kind, options) => claimDue(connection, group, kind, options),
    documents: documentsIn(connection, group),
    watch: (listener) => watchers.add(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}
