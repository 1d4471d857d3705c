-- Alarms: people are called because a stage comes due or is past its target. At most one at a time for a stage.
-- Enumerations hold the numbers of their proto values.
CREATE TABLE alarm (
  id          uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  duty_id     uuid        NOT NULL REFERENCES duty (id),
  stage       text        NOT NULL,
  kind        smallint    NOT NULL,
  statutory   boolean     NOT NULL,
  began_at    timestamptz NOT NULL,
  due_at      timestamptz,            -- The timer: when the next step may be taken.
  ended_at    timestamptz,
  ending      smallint    NOT NULL DEFAULT 0,
  answered_by text        NOT NULL DEFAULT '',
  CHECK (ended_at IS NULL OR due_at IS NULL),
  CHECK ((ended_at IS NULL) = (ending = 0))
);
SELECT avvik_guard('alarm');
CREATE UNIQUE INDEX alarm_of_stage ON alarm (duty_id, stage) WHERE ended_at IS NULL;
CREATE INDEX alarm_due ON alarm (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX alarm_newest ON alarm (tenant, began_at DESC, id DESC);
CREATE INDEX alarm_duty ON alarm (duty_id);

-- The proof: who was called, and when. Only ever added to.
CREATE TABLE alarm_step (
  alarm_id   uuid        NOT NULL REFERENCES alarm (id),
  step       smallint    NOT NULL,  -- Counted from 1.
  taken_at   timestamptz NOT NULL,
  person_ids text[]      NOT NULL,
  PRIMARY KEY (alarm_id, step)
);
SELECT avvik_guard_child('alarm_step', 'alarm_id', 'alarm', 'id');
