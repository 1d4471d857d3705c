-- Who a case is for. `sphere` follows from the classification and `restricted`; `parties` are the keys of those
-- who have a part in it (common/organisation/matter.h).
ALTER TABLE triage_case
  ADD sphere       smallint  NOT NULL,
  ADD restricted   boolean   NOT NULL DEFAULT false,  -- A person has decided so.
  ADD named_logins text[]    NOT NULL DEFAULT '{}',   -- An empty login: those who hold the function.
  ADD named_roles  integer[] NOT NULL DEFAULT '{}',
  ADD named_units  text[]    NOT NULL DEFAULT '{}',
  ADD parties      text[]    NOT NULL DEFAULT '{}';
