-- The way back to a report without a name: a slow, keyed hash of its receipt (services/intake/receipt_keys.h).
-- Several receipts may open one report; none of them can be had from here.
CREATE TABLE receipt (
  tenant    text  NOT NULL,
  key       bytea NOT NULL,
  report_id uuid  NOT NULL REFERENCES report (id),
  PRIMARY KEY (tenant, key)
);
SELECT avvik_guard('receipt');

-- Challenges that were used, until they expire: each is good for one call. How many there are says how hard
-- the next ones are.
CREATE TABLE spent_challenge (
  tenant     text        NOT NULL,
  nonce      text        NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, nonce)
);
CREATE INDEX spent_challenge_expires ON spent_challenge (expires_at);
SELECT avvik_guard('spent_challenge');

-- The dialogue between a reporter and those who handle the report. Rows are only ever added.
CREATE TABLE report_message (
  id         uuid        PRIMARY KEY,
  tenant     text        NOT NULL,
  report_id  uuid        NOT NULL REFERENCES report (id),
  request_id text        NOT NULL,
  author     smallint    NOT NULL,
  handler    text        NOT NULL,  -- Login; empty when the reporter wrote it.
  text       bytea       NOT NULL,  -- Sealed with the report's key.
  created_at timestamptz NOT NULL,
  UNIQUE (report_id, author, handler, request_id)
);
SELECT avvik_guard('report_message');
