-- For messages about a report: who owns its case.
CREATE INDEX known_case_report ON known_case (tenant, report_id);
