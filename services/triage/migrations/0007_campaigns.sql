-- How many reports belong to a case, and which cases are grouped into which.
ALTER TABLE triage_case
  ADD COLUMN report_count bigint NOT NULL DEFAULT 1,
  ADD COLUMN group_id     uuid   REFERENCES triage_case (id),
  ADD COLUMN member_count bigint NOT NULL DEFAULT 0;
CREATE INDEX triage_case_group ON triage_case (tenant, group_id) WHERE group_id IS NOT NULL;

-- Reports that joined a case which another one had opened. They have no case of their own; what was told
-- of them is kept, so that they can get one.
CREATE TABLE case_report (
  tenant     text        NOT NULL,
  report_id  uuid        NOT NULL,
  case_id    uuid        NOT NULL REFERENCES triage_case (id),
  number     text        NOT NULL,
  submitted  bytea       NOT NULL,  -- avvik.intake.v1.ReportSubmitted, without its fingerprint
  linked_at  timestamptz NOT NULL,
  similarity smallint    NOT NULL,  -- In per cent.
  withdrawn  boolean     NOT NULL,
  PRIMARY KEY (tenant, report_id),
  UNIQUE (tenant, number)
);
SELECT avvik_guard('case_report');
CREATE INDEX case_report_case ON case_report (tenant, case_id, report_id);

-- Cases that reports may join by rule, and how they are recognised. Fingerprints are ascending unsigned
-- 32-bit numbers, the least significant byte first.
CREATE TABLE joinable_case (
  tenant         text        NOT NULL,
  case_id        uuid        NOT NULL REFERENCES triage_case (id),
  category       smallint    NOT NULL,
  system         text        NOT NULL,
  title_hashes   bytea       NOT NULL,
  text_hashes    bytea       NOT NULL,
  last_report_at timestamptz NOT NULL,
  ended_at       timestamptz,         -- When its campaign was closed.
  PRIMARY KEY (tenant, case_id)
);
SELECT avvik_guard('joinable_case');
CREATE INDEX joinable_case_newest ON joinable_case (tenant, category, last_report_at)
 WHERE ended_at IS NULL;
