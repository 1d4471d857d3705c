-- The cases of reports, as triage last told: who may see the report. `parties` are the keys of those who have a
-- part in the case (common/organisation/matter.h).
CREATE TABLE report_access (
  report_id uuid     PRIMARY KEY,
  tenant    text     NOT NULL,
  sphere    smallint NOT NULL,
  unit      text     NOT NULL,
  parties   text[]   NOT NULL
);
SELECT avvik_guard('report_access');
