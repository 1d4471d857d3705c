-- What people answered about a case to the questions of the rules, and what the rules last made of it. The sphere of a case
-- that triage has told nothing of since is the narrowest.
ALTER TABLE case_record
  ADD COLUMN number     text        NOT NULL DEFAULT '',
  ADD COLUMN unit       text        NOT NULL DEFAULT '',
  ADD COLUMN sphere     smallint    NOT NULL DEFAULT 4,
  ADD COLUMN parties    text[]      NOT NULL DEFAULT '{}',
  ADD COLUMN aware_at   timestamptz NOT NULL DEFAULT '-infinity',
  ADD COLUMN answers    bytea,                 -- avvik.escalation.v1.StoredAnswers; NULL without any, and when erased.
  ADD COLUMN results    bytea,                 -- avvik.escalation.v1.StoredResults
  ADD COLUMN version    bigint      NOT NULL DEFAULT 0,
  ADD COLUMN documented boolean     NOT NULL DEFAULT false;
CREATE INDEX case_record_number ON case_record (tenant, number);
CREATE INDEX case_record_breach ON case_record (tenant, aware_at DESC, case_id) WHERE documented;

-- What was decided about duties, by the rules and by people: added, and never changed but for what goes with the case.
CREATE TABLE duty_decision (
  id             uuid        PRIMARY KEY,
  tenant         text        NOT NULL,
  case_id        uuid        NOT NULL,
  decided_at     timestamptz NOT NULL,
  regime         text        NOT NULL,
  regime_version text        NOT NULL,
  entity         text        NOT NULL,
  entity_name    text        NOT NULL,
  result         smallint    NOT NULL,
  before         smallint    NOT NULL,
  cause          smallint    NOT NULL,
  person         text        NOT NULL,  -- A pseudonym; empty for the rules and for machines.
  duty_id        uuid,
  stage          text        NOT NULL,
  facts          text[]      NOT NULL,
  reasons        text[]      NOT NULL,
  statement      bytea                  -- What a person wrote, sealed with the duty's key.
);
SELECT avvik_guard('duty_decision');
CREATE INDEX duty_decision_case ON duty_decision (tenant, case_id, decided_at, id);
CREATE INDEX duty_decision_duty ON duty_decision (duty_id) WHERE statement IS NOT NULL;
