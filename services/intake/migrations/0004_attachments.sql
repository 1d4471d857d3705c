-- Files of reports. What they say of people is sealed with the report's key. Enumerations hold the numbers
-- of their proto values.
CREATE TABLE attachment (
  id               uuid        PRIMARY KEY,
  tenant           text        NOT NULL,
  report_id        uuid        NOT NULL REFERENCES report (id),
  filename         bytea       NOT NULL,  -- Sealed; empty while it comes in.
  media_type       text        NOT NULL,
  size             bigint      NOT NULL,
  chunks           integer     NOT NULL,
  sha256           bytea       NOT NULL,  -- Sealed, of the bytes as kept; empty while it comes in.
  metadata_removed boolean     NOT NULL,
  state            smallint    NOT NULL,  -- 0 while it comes in.
  refusal          smallint    NOT NULL,
  signature        text        NOT NULL,  -- What the scanner found; empty otherwise.
  created_at       timestamptz NOT NULL,
  scans            integer     NOT NULL,  -- How often it was given to the scanner.
  -- When it is given up (while it comes in) or scanned next (in quarantine).
  due_at           timestamptz,
  CHECK ((due_at IS NOT NULL) = (state IN (0, 1)))
);
SELECT avvik_guard('attachment');
CREATE INDEX attachment_report ON attachment (report_id, id);
CREATE INDEX attachment_due ON attachment (state, due_at) WHERE due_at IS NOT NULL;

-- Their content, in pieces that are sealed with the report's key, each with its place and whether it is the
-- last one. Sealed bytes cannot be compressed.
CREATE TABLE attachment_chunk (
  attachment_id uuid    NOT NULL REFERENCES attachment (id),
  tenant        text    NOT NULL,
  place         integer NOT NULL,
  sealed        bytea   NOT NULL,
  PRIMARY KEY (attachment_id, place)
);
SELECT avvik_guard('attachment_chunk');
ALTER TABLE attachment_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
