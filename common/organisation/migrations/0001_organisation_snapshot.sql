-- The newest organisation this service knows, for when its owner is away.
CREATE TABLE organisation_snapshot (
  tenant       text   PRIMARY KEY,
  version      bigint NOT NULL,
  organisation bytea  NOT NULL
);
SELECT avvik_guard('organisation_snapshot');
