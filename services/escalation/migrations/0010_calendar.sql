-- Deadlines by time. How often the target of a stage has moved tells calendars that hold it which is the newer.
ALTER TABLE duty_stage ADD COLUMN sequence integer NOT NULL DEFAULT 0;
CREATE INDEX duty_stage_target ON duty_stage (target_at, duty_id, stage)
  WHERE state IN (2, 3, 4) AND target_at IS NOT NULL;

-- Addresses at which people follow their deadlines. Of what is secret of an address, only the hash is here.
CREATE TABLE calendar_feed (
  id          uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  person_id   text        NOT NULL,  -- A pseudonym.
  secret_hash bytea       NOT NULL,  -- SHA-256.
  own         boolean     NOT NULL,
  created_at  timestamptz NOT NULL,
  read_at     timestamptz,           -- To the hour.
  UNIQUE (tenant, secret_hash)
);
SELECT avvik_guard('calendar_feed');
CREATE INDEX calendar_feed_person ON calendar_feed (tenant, person_id, created_at DESC, id DESC);
