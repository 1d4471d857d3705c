-- Who may see a notice: whoever may see its case, and the one it is sent to. Until the case is known the notice
-- has the sphere of its report.
ALTER TABLE notice ADD sphere smallint NOT NULL DEFAULT 1;

-- `parties` are the keys of those who have a part in the case (common/organisation/matter.h).
ALTER TABLE known_case
  ADD sphere  smallint NOT NULL DEFAULT 1,
  ADD parties text[]   NOT NULL DEFAULT '{}';
CREATE INDEX known_case_number ON known_case (tenant, number);
