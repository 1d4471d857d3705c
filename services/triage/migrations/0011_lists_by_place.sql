-- What is in a place (a sphere of a unit), in each order: for those who see a few places among many.
CREATE INDEX triage_case_place ON triage_case (tenant, sphere, unit, id);
CREATE INDEX triage_case_place_severity ON triage_case (tenant, sphere, unit, severity, id);
CREATE INDEX triage_case_place_due ON triage_case (tenant, sphere, unit, due_at, id DESC);
CREATE INDEX triage_case_place_changed ON triage_case (tenant, sphere, unit, updated_at, id);
