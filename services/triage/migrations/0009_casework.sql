-- What had caused a case, and what came of it in words for the reporter (sealed as the other texts); how many
-- measures were decided, how many of them are open, and until when all of these shall be done.
ALTER TABLE triage_case
  ADD COLUMN cause                smallint NOT NULL DEFAULT 0,
  ADD COLUMN outcome_for_reporter bytea,
  ADD COLUMN measure_count        bigint   NOT NULL DEFAULT 0,
  ADD COLUMN open_measure_count   bigint   NOT NULL DEFAULT 0,
  ADD COLUMN work_due_at          timestamptz;

-- What is to be done because of a case. Texts are sealed with the case's key. Enumerations hold the numbers of
-- their proto values.
CREATE TABLE measure (
  id           uuid        PRIMARY KEY,
  tenant       text        NOT NULL,
  case_id      uuid        NOT NULL REFERENCES triage_case (id),
  request_id   text        NOT NULL,
  title        bytea       NOT NULL,
  kind         smallint    NOT NULL,
  state        smallint    NOT NULL,
  owner_login  text        NOT NULL,  -- Empty when whoever holds the function does it.
  owner_role   smallint    NOT NULL,
  owner_unit   text        NOT NULL,
  owner_key    text        NOT NULL,  -- Fits the keys of a caller (common/organisation/rights.h).
  due_at       timestamptz,
  due_order    timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(due_at, 'infinity'::timestamptz)) STORED,
  note         bytea       NOT NULL,  -- Of the end; sealed.
  decided_by   text        NOT NULL,
  decided_at   timestamptz NOT NULL,
  ended_by     text        NOT NULL,
  ended_at     timestamptz,
  reopen_count integer     NOT NULL,
  updated_at   timestamptz NOT NULL,
  version      bigint      NOT NULL,
  UNIQUE (case_id, decided_by, request_id),
  CHECK ((ended_at IS NULL) = (state = 1))
);
SELECT avvik_guard('measure');
CREATE INDEX measure_case ON measure (tenant, case_id, id);
CREATE INDEX measure_due ON measure (tenant, due_order, id);
CREATE INDEX measure_owner ON measure (tenant, owner_key, due_order, id);

-- Which case an event is of, by its subject, so that what happened to a case is found among all that was told. In
-- an event the field of the subject (5) comes after id, type, source and tenant, none of which can hold these bytes:
-- its tag, its length of 42, and `cases/`.
CREATE FUNCTION triage_case_of_event(event bytea) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN position('\x2a2a63617365732f'::bytea IN event) > 0
              THEN encode(substring(event FROM position('\x2a2a63617365732f'::bytea IN event) + 8 FOR 36),
                          'escape')::uuid END
$$;
ALTER TABLE event_log
  ADD COLUMN case_id uuid GENERATED ALWAYS AS (triage_case_of_event(event)) STORED;
CREATE INDEX event_log_case ON event_log (case_id, seq) WHERE case_id IS NOT NULL;
