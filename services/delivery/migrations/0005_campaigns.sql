-- Reports that belong to the case of another, as triage last told: what is told of them follows that case.
CREATE TABLE linked_report (
  tenant      text NOT NULL,
  report_id   uuid NOT NULL,
  number      text NOT NULL,
  case_number text NOT NULL,
  PRIMARY KEY (tenant, report_id)
);
SELECT avvik_guard('linked_report');
CREATE INDEX linked_report_number ON linked_report (tenant, number);
CREATE INDEX linked_report_case ON linked_report (tenant, case_number);
