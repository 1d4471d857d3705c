-- Who applied a version of the organisation; empty for those from before this was kept.
ALTER TABLE organisation
  ADD COLUMN applied_by text NOT NULL DEFAULT '';
