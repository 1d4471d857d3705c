-- A request id is chosen by the one who writes: the same from two people is two notes.
ALTER TABLE note DROP CONSTRAINT note_case_id_request_id_key;
ALTER TABLE note ADD UNIQUE (case_id, author_login, request_id);

-- For those who see all of a municipality, newest first.
CREATE INDEX triage_case_tenant ON triage_case (tenant, id);
