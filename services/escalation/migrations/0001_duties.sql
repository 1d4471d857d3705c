-- What triage last told of a case: its facts, without texts. Duties are judged by them again when a person
-- tells a stage.
CREATE TABLE case_record (
  tenant  text        NOT NULL,
  case_id uuid        NOT NULL,
  facts   bytea       NOT NULL,  -- avvik.triage.v1.CaseFacts
  told_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, case_id)
);
SELECT avvik_guard('case_record');

-- Duties to tell authorities, at most one for each case and regime. Enumerations hold the numbers of their
-- proto values.
CREATE TABLE duty (
  id              uuid        PRIMARY KEY,
  tenant          text        NOT NULL,
  case_id         uuid        NOT NULL,
  number          text        NOT NULL,
  regime          text        NOT NULL,
  regime_version  text        NOT NULL,
  entity          text        NOT NULL,
  entity_name     text        NOT NULL,
  state           smallint    NOT NULL,
  reasons         text[]      NOT NULL,
  aware_at        timestamptz NOT NULL,
  handled_at      timestamptz,
  rule_out_reason text        NOT NULL,
  rule_out_person text        NOT NULL,
  ruled_out_from  smallint    NOT NULL,
  unit            text        NOT NULL,  -- Who may see it: the case's unit, owner and those drawn in.
  parties         text[]      NOT NULL,
  urgent_at       timestamptz NOT NULL,  -- The earliest target still to be met; infinity when none.
  due_at          timestamptz,           -- The timer: when the passing of time next changes the duty.
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  version         bigint      NOT NULL,
  UNIQUE (tenant, case_id, regime)
);
SELECT avvik_guard('duty');
CREATE INDEX duty_urgent ON duty (tenant, urgent_at, id);
CREATE INDEX duty_number ON duty (tenant, number);
CREATE INDEX duty_due ON duty (due_at) WHERE due_at IS NOT NULL;

-- The stages of a duty, in the order of `place`.
CREATE TABLE duty_stage (
  duty_id      uuid        NOT NULL REFERENCES duty (id),
  stage        text        NOT NULL,
  place        smallint    NOT NULL,
  state        smallint    NOT NULL,
  statutory    boolean     NOT NULL,
  target_at    timestamptz,
  outer_at     timestamptz,
  remind_at    timestamptz,
  submitted_at timestamptz,
  external_id  text        NOT NULL,
  reason       text        NOT NULL,
  PRIMARY KEY (duty_id, stage)
);
SELECT avvik_guard_child('duty_stage', 'duty_id', 'duty', 'id');
