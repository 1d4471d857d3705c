-- Which version of its dossier was told in a stage; 0 when none was written.
ALTER TABLE duty_stage ADD COLUMN dossier_version integer NOT NULL DEFAULT 0;

-- What is written to an authority in a stage, version by version: added, and never changed but for what goes with the case.
CREATE TABLE dossier_version (
  id         uuid        PRIMARY KEY,
  tenant     text        NOT NULL,
  duty_id    uuid        NOT NULL REFERENCES duty (id),
  stage      text        NOT NULL,
  version    integer     NOT NULL,  -- Counted from 1.
  person     text        NOT NULL,  -- A pseudonym; empty for a machine.
  written_at timestamptz NOT NULL,
  content    bytea,                 -- avvik.escalation.v1.StoredDossier, sealed with the duty's key.
  UNIQUE (duty_id, stage, version)
);
SELECT avvik_guard('dossier_version');

-- What became of a version: asked to be looked at, approved, given back, told. Added, as versions are.
CREATE TABLE dossier_step (
  id        uuid        PRIMARY KEY,
  tenant    text        NOT NULL,
  duty_id   uuid        NOT NULL REFERENCES duty (id),
  stage     text        NOT NULL,
  version   integer     NOT NULL,
  kind      smallint    NOT NULL,
  person    text        NOT NULL,
  taken_at  timestamptz NOT NULL,
  statement bytea,                  -- Why, sealed with the duty's key.
  FOREIGN KEY (duty_id, stage, version) REFERENCES dossier_version (duty_id, stage, version)
);
SELECT avvik_guard('dossier_step');
CREATE INDEX dossier_step_duty ON dossier_step (duty_id, stage, taken_at, id);

-- Fields of a version that were copied to the authority's own form.
CREATE TABLE dossier_tick (
  duty_id uuid    NOT NULL REFERENCES duty (id),
  stage   text    NOT NULL,
  version integer NOT NULL,
  field   text    NOT NULL,
  PRIMARY KEY (duty_id, stage, version, field),
  FOREIGN KEY (duty_id, stage, version) REFERENCES dossier_version (duty_id, stage, version)
);
SELECT avvik_guard_child('dossier_tick', 'duty_id', 'duty', 'id');

-- Files of the authority: added, and never changed but for what goes with the case.
CREATE TABLE dossier_receipt (
  id          uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  duty_id     uuid        NOT NULL REFERENCES duty (id),
  stage       text        NOT NULL,
  kind        smallint    NOT NULL,
  media_type  text        NOT NULL,
  size        bigint      NOT NULL,
  person      text        NOT NULL,
  attached_at timestamptz NOT NULL,
  head        bytea,                -- avvik.escalation.v1.StoredReceipt, sealed with the duty's key.
  content     bytea                 -- The file, sealed with the duty's key.
);
SELECT avvik_guard('dossier_receipt');
CREATE INDEX dossier_receipt_duty ON dossier_receipt (duty_id, stage, id);
