import { appendEvents, SETTINGS } from "./commit-function.ts";

/** How long a document that has ended is kept, in ms: so long a write whose answer was lost still finds its own mark. */
const KEPT = 60_000;
/** How many that have ended a write removes at the most. */
const REMOVED_AT_ONCE = 20;
/** How many writes of a document are known by their marks. */
const MARKS = 8;

const TABLE = (s: string): string => `${s}.documents`;
const AT = "tenant = p_tenant AND collection = p_collection";
/** SKIP LOCKED: whoever writes one of them, or removes it, isn't waited for. */
const remove = (s: string): string => `DELETE FROM ${TABLE(s)} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${TABLE(s)} WHERE expires_at <= now_ - ${KEPT} ORDER BY expires_at LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED));`;

/**
 * Documents of surfaces: keys and sessions are among them, so that an agent's role shall see none. Row security without a
 * policy shows nothing to anybody but the owner, whatever is granted on all tables; the others come by these functions.
 *
 * A delete leaves the row, empty and expired: a delete whose answer was lost looks for its mark in it.
 */
export const documents = (s: string): string => `
  CREATE TABLE ${TABLE(s)} (
    tenant text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    due_at double precision,
    expires_at double precision,
    marks uuid[] NOT NULL, -- of the last writes, the newest first: two may write the same, and one whose answer is lost must know its own
    body text NOT NULL -- JSON
  );
  CREATE INDEX documents_due ON ${TABLE(s)} (tenant, collection, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX documents_expiring ON ${TABLE(s)} (expires_at) WHERE expires_at IS NOT NULL;
  ALTER TABLE ${TABLE(s)} ADD PRIMARY KEY (tenant, collection, id);
  ALTER TABLE ${TABLE(s)} ENABLE ROW LEVEL SECURITY;

  -- Ids from one to another, each included.
  CREATE FUNCTION ${s}.documents_1(p_tenant text, p_collection text, p_from text, p_to text, p_limit int)
    RETURNS SETOF ${TABLE(s)} LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    now_ double precision := ${s}.now_ms();
  BEGIN
    RETURN QUERY SELECT * FROM ${TABLE(s)} WHERE ${AT} AND id >= p_from AND id <= p_to AND coalesce(expires_at > now_, true)
      ORDER BY id LIMIT p_limit;
  END $$;

  -- Answers 'written', 'conflict', or 'unknown' for a conflict in which this very write may have been forgotten. Without a body: a delete.
  CREATE FUNCTION ${s}.write_document_1(
    p_tenant text, p_collection text, p_id text, p_expects bigint, p_body text, p_due_at double precision, p_expires_at double precision,
    p_events ${s}.event_2[], p_mark uuid
  ) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    old ${TABLE(s)};
    e ${s}.event_2;
    now_ double precision;
    there_ bigint;
    tick_ bigint;
    mark_ uuid := p_mark;
  BEGIN
    LOOP
      SELECT * INTO old FROM ${TABLE(s)} WHERE ${AT} AND id = p_id FOR NO KEY UPDATE;
      now_ := ${s}.now_ms();
      IF p_mark = ANY (old.marks) THEN RETURN 'written'; END IF;
      there_ := CASE WHEN coalesce(old.expires_at > now_, old.version IS NOT NULL) THEN old.version ELSE 0 END;
      IF there_ <> p_expects OR there_ = 0 AND (p_expects IS NULL OR p_body IS NULL) THEN
        RETURN CASE cardinality(old.marks) WHEN ${MARKS} THEN 'unknown' ELSE 'conflict' END;
      END IF;
      IF old.version IS NOT NULL THEN
        UPDATE ${TABLE(s)} SET version = there_ + 1, body = coalesce(p_body, '{}'), due_at = p_due_at,
          expires_at = CASE WHEN p_body IS NULL THEN now_ ELSE p_expires_at END, marks = (p_mark || old.marks)[1:${MARKS}]
          WHERE ${AT} AND id = p_id;
        EXIT;
      END IF;
      INSERT INTO ${TABLE(s)} (tenant, collection, id, version, due_at, expires_at, marks, body)
        VALUES (p_tenant, p_collection, p_id, 1, p_due_at, p_expires_at, ARRAY[p_mark], p_body) ON CONFLICT DO NOTHING;
      EXIT WHEN FOUND;
      -- Somebody else has inserted it, or this very write did, whose answer was lost.
    END LOOP;
    ${appendEvents(s)}
    ${remove(s)}
    RETURN 'written';
  END $$;

  -- p_again: the answer of this very claim was lost. What it has taken is looked for before more is taken.
  CREATE FUNCTION ${s}.claim_documents_1(
    p_tenant text, p_collection text, p_lease double precision, p_limit int, p_mark uuid, p_again boolean
  ) RETURNS TABLE (claimed ${TABLE(s)}, since double precision) LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    now_ double precision := ${s}.now_ms();
  BEGIN
    IF p_again THEN
      RETURN QUERY SELECT taken, 0::double precision FROM ${TABLE(s)} AS taken
        WHERE ${AT} AND due_at > now_ AND marks[1] = p_mark AND coalesce(expires_at > now_, true);
      IF FOUND THEN RETURN; END IF;
    END IF;
    -- Materialized, or a join might look for what is due once more for every document that it has taken.
    RETURN QUERY WITH found AS MATERIALIZED (
      SELECT due.id, due.due_at FROM ${TABLE(s)} AS due
      WHERE ${AT} AND due_at IS NOT NULL AND due_at <= now_ AND coalesce(expires_at > now_, true)
      ORDER BY due_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE ${TABLE(s)} AS document
      SET version = document.version + 1, due_at = now_ + p_lease, marks = (p_mark || document.marks)[1:${MARKS}]
      FROM found WHERE ${AT} AND document.id = found.id RETURNING document, found.due_at;
    ${remove(s)}
  END $$;

  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${s} FROM PUBLIC;
`;
