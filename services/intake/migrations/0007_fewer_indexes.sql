-- A request's key is made of its reporter too: one index serves to find a repeat and to find what somebody reported.
ALTER TABLE report
  DROP CONSTRAINT report_tenant_request_key_key,
  ADD UNIQUE (tenant, reporter_pseudonym, request_key);
DROP INDEX report_reporter;

-- A key is written by the statement that writes its report, and reports stay: looking the report up again for each
-- key finds out nothing.
ALTER TABLE report_key DROP CONSTRAINT report_key_report_id_fkey;
