-- How far each case has come, as triage last told, in the words in which its reporters are told. Enumerations hold
-- the numbers of their proto values.
CREATE TABLE case_progress (
  tenant     text        NOT NULL,
  case_id    uuid        NOT NULL,
  progress   smallint    NOT NULL,
  changed_at timestamptz NOT NULL,
  due_at     timestamptz,          -- Until when what was decided shall be done.
  told       boolean     NOT NULL, -- Something was written for the reporters; the words are triage's.
  leader_id  uuid,                 -- The case that this one is grouped into.
  PRIMARY KEY (tenant, case_id)
);
SELECT avvik_guard('case_progress');
