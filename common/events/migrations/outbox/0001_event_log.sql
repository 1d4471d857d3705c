-- What the service has told. A row is written in the transaction of the change it tells of; the publisher
-- gives it its position once it is committed.
CREATE TABLE event_log (
  seq      bigint GENERATED ALWAYS AS IDENTITY,
  position bigint,
  event    bytea  NOT NULL
);
SELECT avvik_guard_shared('event_log');
-- Every change tells; only the publisher and the log's readers read.
CREATE POLICY tell ON event_log FOR INSERT WITH CHECK (true);
CREATE UNIQUE INDEX event_log_position ON event_log (position);
CREATE INDEX event_log_unpublished ON event_log (seq) WHERE position IS NULL;
