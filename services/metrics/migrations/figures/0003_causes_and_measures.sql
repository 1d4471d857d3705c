-- What a closed case had been caused by: the number of avvik.triage.v1.Cause.
ALTER TABLE case_figure ADD cause smallint NOT NULL DEFAULT 0;

CREATE TABLE measure_figure (
  measure_id uuid        PRIMARY KEY,
  tenant     text        NOT NULL,
  number     text        NOT NULL,
  version    bigint      NOT NULL,
  state      smallint    NOT NULL,
  due_at     timestamptz,
  change     bigint      NOT NULL DEFAULT nextval('figure_change')
);
SELECT avvik_guard('measure_figure');
CREATE INDEX measure_figure_number ON measure_figure (tenant, number);
CREATE INDEX measure_figure_change ON measure_figure (change);
