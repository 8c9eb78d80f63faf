import { afterCases } from "./cases/after.ts";
import { closeCases } from "./cases/close.ts";
import { commitCases } from "./cases/commit.ts";
import { deadlineCases } from "./cases/deadline.ts";
import { documentClaimCases } from "./cases/document-claims.ts";
import { documentModelCases } from "./cases/document-model.ts";
import { documentCases } from "./cases/documents.ts";
import { dueExpiryCases } from "./cases/due-expiry.ts";
import { dueThreadCases } from "./cases/due-threads.ts";
import { dueCases } from "./cases/due.ts";
import { findCases } from "./cases/find.ts";
import { eventCases } from "./cases/events.ts";
import { isolationCases } from "./cases/isolation.ts";
import { killCases } from "./cases/kill.ts";
import { listCases } from "./cases/list.ts";
import { reviewableCases } from "./cases/reviewable.ts";
import { modelCases } from "./cases/model.ts";
import { purgeCases } from "./cases/purge.ts";
import { raceCases } from "./cases/race.ts";
import { readCases } from "./cases/read.ts";
import { readThreadCases } from "./cases/read-thread.ts";
import { reopenCases } from "./cases/reopen.ts";
import { saysCases } from "./cases/says.ts";
import { sharedTimeCases } from "./cases/shared-time.ts";
import { sharedCases } from "./cases/shared.ts";
import { subjectCases } from "./cases/subjects.ts";
import { tenantCases } from "./cases/tenants.ts";
import { threadCases } from "./cases/threads.ts";
import { unreadableCases } from "./cases/unreadable.ts";
import { valueCases } from "./cases/values.ts";
import { visibleCases } from "./cases/visible.ts";
import { watchCases } from "./cases/watch.ts";
import type { StoreCase } from "./env.ts";

/** What every store promises. The order is that of the report. */
export const storeCases: readonly StoreCase[] = [
  ...saysCases,
  ...commitCases,
  ...raceCases,
  ...readCases,
  ...readThreadCases,
  ...afterCases,
  ...listCases,
  ...reviewableCases,
  ...visibleCases,
  ...deadlineCases,
  ...findCases,
  ...threadCases,
  ...eventCases,
  ...subjectCases,
  ...dueThreadCases,
  ...dueExpiryCases,
  ...dueCases,
  ...purgeCases,
  ...documentCases,
  ...documentClaimCases,
  ...documentModelCases,
  ...tenantCases,
  ...valueCases,
  ...unreadableCases,
  ...isolationCases,
  ...watchCases,
  ...closeCases,
  ...reopenCases,
  ...killCases,
  ...sharedCases,
  ...sharedTimeCases,
  ...modelCases,
];
