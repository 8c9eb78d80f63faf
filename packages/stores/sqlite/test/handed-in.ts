import type { Batch } from "@countersign/core/store";
import { event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";

const suspended = (n: number): Batch => ({
  tenant: TENANT,
  changes: [putThread(thread(`t${n}`)), put(request(`r${n}`)), { op: "add", kind: "thread", id: `t${n}`, field: "open", by: 1 }],
  events: [event(`thread/t${n}`, 1), event(`r${n}`, 1)],
});

/** Which of {@link handedIn} is refused. */
export const REFUSED = 1;

/** The second is refused at its very end: its event takes the place of one of the first. */
export const handedIn: readonly Batch[] = [
  suspended(0),
  { ...suspended(REFUSED), events: [event(`thread/t${REFUSED}`, 1), event("r0", 1, "again")] },
  suspended(2),
];
