import type { Endpoint } from "../http/endpoint.ts";
import { listAudit } from "./audit.ts";
import { cancel } from "./cancel.ts";
import { listDecisions } from "./decisions.ts";
import { decideTogether } from "./decide-together.ts";
import { decide } from "./decide.ts";
import { listEvents } from "./events.ts";
import { freeze, liftFreeze, listFreezes } from "./freezes.ts";
import { listGrants, revokeGrant } from "./grants.ts";
import { getHistory } from "./history.ts";
import { me } from "./me.ts";
import { previewEdit } from "./preview.ts";
import { getRequest } from "./request.ts";
import { listRequests } from "./requests.ts";
import { settle } from "./settle.ts";
import { listThreads } from "./threads.ts";
import { verifyAudit } from "./verification.ts";

/** All that the API does for those whom it knows. */
export const ENDPOINTS: readonly Endpoint[] = [
  me,
  listRequests,
  getRequest,
  decide,
  decideTogether,
  previewEdit,
  listDecisions,
  getHistory,
  cancel,
  settle,
  listGrants,
  revokeGrant,
  listFreezes,
  freeze,
  liftFreeze,
  listThreads,
  listEvents,
  listAudit,
  verifyAudit,
];
