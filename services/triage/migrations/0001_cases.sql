-- Cases. Enumerations hold the numbers of their proto values.
CREATE TABLE triage_case (
  id                   uuid        PRIMARY KEY,
  tenant               text        NOT NULL,
  number               text        NOT NULL,
  report_id            uuid        NOT NULL,
  title                text        NOT NULL,
  state                smallint    NOT NULL,
  unit                 text        NOT NULL,
  system               text        NOT NULL,
  category             smallint    NOT NULL,
  severity             smallint    NOT NULL,  -- Of the classification; for lists.
  classification       bytea       NOT NULL,  -- avvik.triage.v1.Classification
  owner_login          text        NOT NULL,
  owner_role           smallint    NOT NULL,
  owner_unit           text        NOT NULL,
  drawn_in_logins      text[]      NOT NULL,
  drawn_in_roles       integer[]   NOT NULL,
  drawn_in_units       text[]      NOT NULL,
  occurred_at          timestamptz,
  discovered_at        timestamptz,
  aware_at             timestamptz NOT NULL,
  reported_at          timestamptz NOT NULL,
  opened_at            timestamptz NOT NULL,
  acknowledged_at      timestamptz,
  closed_at            timestamptz,
  resolution           smallint    NOT NULL,
  outcome              text        NOT NULL,
  reopen_count         integer     NOT NULL,
  imported             boolean     NOT NULL,
  withdrawn            boolean     NOT NULL,
  updated_at           timestamptz NOT NULL,
  organisation_version bigint      NOT NULL,
  version              bigint      NOT NULL,
  UNIQUE (tenant, number),
  UNIQUE (tenant, report_id),
  CHECK ((closed_at IS NULL) = (state <> 4))
);
SELECT avvik_guard('triage_case');
CREATE INDEX triage_case_unit ON triage_case (tenant, unit, id);
CREATE INDEX triage_case_owner ON triage_case (tenant, owner_login, id);
CREATE INDEX triage_case_drawn_in ON triage_case USING gin (drawn_in_logins);
CREATE INDEX triage_case_state ON triage_case (tenant, state, id);

-- What handlers wrote down.
CREATE TABLE note (
  id           uuid        PRIMARY KEY,
  case_id      uuid        NOT NULL REFERENCES triage_case (id),
  request_id   text,                          -- Absent for what a command wrote.
  text         text        NOT NULL,
  author_login text        NOT NULL,
  created_at   timestamptz NOT NULL,
  UNIQUE (case_id, request_id)
);
SELECT avvik_guard_child('note', 'case_id', 'triage_case', 'id');

-- The organisation of each municipality, and every version it has had.
CREATE TABLE organisation (
  tenant       text        NOT NULL,
  version      bigint      NOT NULL,
  organisation bytea       NOT NULL,          -- avvik.organisation.v1.Organisation
  applied_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant, version)
);
SELECT avvik_guard('organisation');
