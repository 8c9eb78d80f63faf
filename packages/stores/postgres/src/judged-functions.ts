import { parameters } from "./functions.ts";
import { lockAll, VARIABLES, writeAll } from "./steps.ts";

/**
 * Version 3: what a role may not do is judged with the locks in hand, on the records as they are then. Before, it was judged
 * first: a batch that then waited for another one wrote what nobody had judged.
 *
 * The functions of version 2 keep their names. Roles keep what they were granted, and code of version 2 is held to this, too.
 */
export const judgedFunctions = (s: string): string => `
  -- Calls that have begun end first: none of them writes later what it judged before it waited.
  LOCK TABLE ${s}.requests IN ACCESS EXCLUSIVE MODE;

  CREATE OR REPLACE FUNCTION ${s}.apply_2(${parameters(s)}, p_notices ${s}.notice_2[], p_signing boolean) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    ${VARIABLES}
  BEGIN
    ${lockAll(s)}
    -- A statement of its own: it sees what was committed while the locks were waited for.
    IF NOT p_signing THEN
      PERFORM ${s}.refuse_signing_2(p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_tenant, p_notices);
    END IF;
    IF ${s}.now_ms() >= p_before THEN RETURN 'late'; END IF;
    IF NOT good THEN RETURN ${s}.facts_1(p_tenant, p_threads, p_asked, p_requests, p_grants); END IF;

    ${writeAll(s)}
    IF p_notices IS NOT NULL THEN
      UPDATE ${s}.requests AS t SET notice_at = n.notice_at, escalates_at = n.escalates_at, escalated = n.escalated
        FROM unnest(p_notices) AS n WHERE t.tenant = p_tenant AND t.id = n.id
          AND n.id IN (SELECT own.id FROM unnest(p_asked || p_requests) AS own);
    END IF;
    IF p_before IS NOT NULL AND ${s}.now_ms() >= p_before THEN RAISE SQLSTATE 'CS002'; END IF;
    RETURN NULL;
  END $$;
`;
