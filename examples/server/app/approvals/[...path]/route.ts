// In an application on Next: app/approvals/[...path]/route.ts.
import { approvals } from "../../../approvals-server.ts";

/** It reads a database, and live events stay open. */
export const runtime = "nodejs";
export const dynamic = "force-dynamic";

const answer = (request: Request): Promise<Response> => approvals.fetch(request);

export { answer as DELETE, answer as GET, answer as POST };
