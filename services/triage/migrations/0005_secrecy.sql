-- Texts of a case are sealed with the case's key before they come here. NULL where a case was erased.
ALTER TABLE triage_case
  DROP COLUMN title,
  DROP COLUMN outcome,
  ADD COLUMN title          bytea,
  ADD COLUMN outcome        bytea,
  ADD COLUMN erased_at      timestamptz,
  ADD COLUMN held_at        timestamptz,  -- A legal hold: nothing may be erased.
  ADD COLUMN hold_reference text NOT NULL DEFAULT '';
-- What a retention rule looks through.
CREATE INDEX triage_case_kept ON triage_case (tenant, category, closed_at)
 WHERE state = 4 AND erased_at IS NULL AND held_at IS NULL;

-- The key of each case, wrapped by the tenant's. Deleting the row erases the case's texts, in every copy.
CREATE TABLE case_key (
  case_id uuid  PRIMARY KEY REFERENCES triage_case (id),
  tenant  text  NOT NULL,
  wrapped bytea NOT NULL
);
SELECT avvik_guard('case_key');

ALTER TABLE note
  DROP COLUMN text,
  ADD COLUMN text bytea NOT NULL;
