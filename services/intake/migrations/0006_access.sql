-- Who may see reports, as triage last told of their cases: the report that opened a case and those linked to it.
-- `parties` are the keys of those who have a part in the case (common/organisation/matter.h).
CREATE TABLE report_access (
  report_id uuid     PRIMARY KEY,
  tenant    text     NOT NULL,
  case_id   uuid     NOT NULL,
  sphere    smallint NOT NULL,
  unit      text     NOT NULL,
  parties   text[]   NOT NULL
);
SELECT avvik_guard('report_access');
CREATE INDEX report_access_case ON report_access (tenant, case_id);
