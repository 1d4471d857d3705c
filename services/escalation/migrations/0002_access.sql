-- The sphere of the duty's case; `parties` are the keys of those who have a part in it
-- (common/organisation/matter.h).
ALTER TABLE duty ADD sphere smallint NOT NULL DEFAULT 1;
