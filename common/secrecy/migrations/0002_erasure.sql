-- Certificates: that something was erased, by whom and on what ground. Rows are only ever added.
CREATE TABLE erasure (
  id           uuid        PRIMARY KEY,
  tenant       text        NOT NULL,
  subject      text        NOT NULL,  -- What was erased, such as `cases/<uuid>`.
  related      text        NOT NULL,  -- What was erased with it elsewhere, such as `reports/<uuid>`.
  number       text        NOT NULL,
  at           timestamptz NOT NULL,
  actor        text        NOT NULL,
  ground       text        NOT NULL,
  reference    text        NOT NULL,
  data_classes text[]      NOT NULL,
  key_hash     text        NOT NULL,
  UNIQUE (tenant, subject)
);
SELECT avvik_guard('erasure');
CREATE INDEX erasure_newest ON erasure (tenant, id);
