-- How far the service has come with each source; moved in the transaction of the effects.
CREATE TABLE consumer_offset (
  source     text        PRIMARY KEY,
  position   bigint      NOT NULL CHECK (position >= 0),
  updated_at timestamptz
);
SELECT avvik_guard_shared('consumer_offset');

-- Events that could not be applied, and those that wait behind one of their subject.
CREATE TABLE parked_event (
  source    text        NOT NULL,
  position  bigint      NOT NULL,
  tenant    text        NOT NULL,
  type      text        NOT NULL,
  subject   text        NOT NULL,
  event     bytea       NOT NULL,
  error     text        NOT NULL,
  parked_at timestamptz NOT NULL,
  attempts  integer     NOT NULL,
  PRIMARY KEY (source, position)
);
SELECT avvik_guard('parked_event');
