-- What a reporter told, and who they are, is sealed with the report's key before it comes here; what must be
-- compared but not known is a keyed hash. NULL where a report was erased.
ALTER TABLE report
  DROP COLUMN request_id,  -- With it the constraint on reporter and request.
  DROP COLUMN reporter_login,
  DROP COLUMN title,
  DROP COLUMN description,
  DROP COLUMN withdraw_reason,
  ADD COLUMN reporter_pseudonym text NOT NULL,
  ADD COLUMN request_key        text NOT NULL,  -- Of reporter and request id.
  ADD COLUMN title              bytea,
  ADD COLUMN description        bytea,
  ADD COLUMN reporter           bytea,          -- avvik.intake.v1.Reporter
  ADD COLUMN withdraw_reason    bytea,
  ADD COLUMN erased_at          timestamptz,
  ADD UNIQUE (tenant, request_key);
CREATE INDEX report_reporter ON report (tenant, reporter_pseudonym, id);

DROP TABLE reporter;

-- The key of each report, wrapped by the tenant's. Deleting the row erases the report, in every copy.
CREATE TABLE report_key (
  report_id uuid  PRIMARY KEY REFERENCES report (id),
  tenant    text  NOT NULL,
  wrapped   bytea NOT NULL
);
SELECT avvik_guard('report_key');

ALTER TABLE supplement
  DROP COLUMN request_id,
  DROP COLUMN text,
  ADD COLUMN request_key text  NOT NULL,
  ADD COLUMN text        bytea NOT NULL,
  ADD UNIQUE (report_id, request_key);
