-- Who did and who read what. Rows are only ever added.
CREATE TABLE audit_record (
  id           uuid        PRIMARY KEY,
  tenant       text        NOT NULL,
  at           timestamptz NOT NULL,
  actor        text        NOT NULL,
  machine      boolean     NOT NULL,
  method       text        NOT NULL,
  permission   text        NOT NULL,
  subject      text        NOT NULL,
  outcome      text        NOT NULL CHECK (outcome IN ('allowed', 'denied', 'failed')),
  reason       text        NOT NULL,
  trace_parent text        NOT NULL
);
SELECT avvik_guard('audit_record');
CREATE INDEX audit_record_subject ON audit_record (tenant, subject, at);
