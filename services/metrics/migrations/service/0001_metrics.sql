-- The figures in use. A rebuild makes its own beside them (`figures_next`) and puts them in their place.
CREATE SCHEMA figures;

-- Rebuilds of the figures, newest last. One at a time: the process at work holds an advisory lock, so a
-- running row that nobody holds the lock for was cut short.
CREATE TABLE rebuild (
  seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state          smallint    NOT NULL,  -- avvik.metrics.v1.RebuildState.
  applied_events bigint      NOT NULL DEFAULT 0,
  total_events   bigint      NOT NULL DEFAULT 0,
  started_at     timestamptz NOT NULL,
  ended_at       timestamptz,
  error          text        NOT NULL DEFAULT '',
  CHECK ((ended_at IS NULL) = (state = 1))
);
SELECT avvik_guard_shared('rebuild');
