-- Numbers given out, per municipality and local year. Locked before a number is given, so that there are
-- no gaps.
CREATE TABLE report_counter (
  tenant text    NOT NULL,
  year   integer NOT NULL,
  last   bigint  NOT NULL,
  PRIMARY KEY (tenant, year)
);
SELECT avvik_guard('report_counter');

-- Reports as submitted. Content never changes; state and version do. Enumerations hold the numbers of
-- their proto values.
CREATE TABLE report (
  id                uuid        PRIMARY KEY,
  tenant            text        NOT NULL,
  number            text        NOT NULL,
  request_id        text        NOT NULL,
  content_digest    text        NOT NULL,  -- Tells a repeat from a request id used twice.
  reporter_login    text        NOT NULL,
  title             text        NOT NULL,
  description       text        NOT NULL,
  category          smallint    NOT NULL,
  unit              text        NOT NULL,
  system            text        NOT NULL,
  occurred_at       timestamptz,
  discovered_at     timestamptz,
  personal_data     smallint    NOT NULL,
  affected_persons  bigint,
  national_security smallint    NOT NULL,
  ongoing           smallint    NOT NULL,
  confidentiality   smallint    NOT NULL,
  language          text        NOT NULL,
  register          text,                  -- The older register it was brought from, and its key there.
  register_key      text,
  state             smallint    NOT NULL,
  submitted_at      timestamptz NOT NULL,
  reported_at       timestamptz NOT NULL,
  withdraw_reason   text        NOT NULL,
  version           bigint      NOT NULL,
  UNIQUE (tenant, number),
  UNIQUE (tenant, reporter_login, request_id),
  CHECK ((register IS NULL) = (register_key IS NULL))
);
SELECT avvik_guard('report');
CREATE UNIQUE INDEX report_origin ON report (tenant, register, register_key)
 WHERE register IS NOT NULL;
CREATE INDEX report_unit ON report (tenant, unit, id);

-- Who reported, apart from what was reported.
CREATE TABLE reporter (
  report_id uuid PRIMARY KEY REFERENCES report (id),
  name      text NOT NULL,
  email     text NOT NULL
);
SELECT avvik_guard_child('reporter', 'report_id', 'report', 'id');

-- Additions to reports.
CREATE TABLE supplement (
  id         uuid        PRIMARY KEY,
  report_id  uuid        NOT NULL REFERENCES report (id),
  request_id text        NOT NULL,
  text       text        NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (report_id, request_id)
);
SELECT avvik_guard_child('supplement', 'report_id', 'report', 'id');
