-- What the indicators are counted from: a row for each report, case, duty and notice, as its newest event
-- tells it. Enumerations hold the numbers of their proto values.
--
-- `change` grows with every write, so that a reader finds what is new. Only one consumer at a time writes
-- a table, so whatever becomes visible has a larger change than what was visible before.
CREATE SEQUENCE figure_change;

CREATE TABLE report_figure (
  report_id   uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  number      text        NOT NULL,
  version     bigint      NOT NULL,
  unit        text        NOT NULL,
  system      text        NOT NULL,
  reported_at timestamptz NOT NULL,
  change      bigint      NOT NULL DEFAULT nextval('figure_change'),
  UNIQUE (tenant, number)
);
SELECT avvik_guard('report_figure');
CREATE INDEX report_figure_change ON report_figure (change);

CREATE TABLE case_figure (
  case_id         uuid        PRIMARY KEY,
  tenant          text        NOT NULL,
  number          text        NOT NULL,
  version         bigint      NOT NULL,
  state           smallint    NOT NULL,
  unit            text        NOT NULL,
  system          text        NOT NULL,
  kind            smallint    NOT NULL,
  severity        smallint    NOT NULL,
  confidentiality smallint    CHECK (confidentiality BETWEEN 0 AND 4),  -- How hard it is hit; null: not hit.
  accuracy        smallint    CHECK (accuracy BETWEEN 0 AND 4),
  availability    smallint    CHECK (availability BETWEEN 0 AND 4),
  traceability    smallint    CHECK (traceability BETWEEN 0 AND 4),
  reported_at     timestamptz NOT NULL,
  opened_at       timestamptz NOT NULL,
  acknowledged_at timestamptz,
  closed_at       timestamptz,
  reopen_count    integer     NOT NULL,
  change          bigint      NOT NULL DEFAULT nextval('figure_change'),
  UNIQUE (tenant, number)
);
SELECT avvik_guard('case_figure');
CREATE INDEX case_figure_change ON case_figure (change);

CREATE TABLE duty_figure (
  duty_id uuid     PRIMARY KEY,
  tenant  text     NOT NULL,
  number  text     NOT NULL,
  version bigint   NOT NULL,
  regime  text     NOT NULL,
  state   smallint NOT NULL,
  change  bigint   NOT NULL DEFAULT nextval('figure_change')
);
SELECT avvik_guard('duty_figure');
CREATE INDEX duty_figure_number ON duty_figure (tenant, number);
CREATE INDEX duty_figure_change ON duty_figure (change);

CREATE TABLE stage_figure (
  duty_id      uuid        NOT NULL REFERENCES duty_figure (duty_id),
  stage        text        NOT NULL,
  state        smallint    NOT NULL,
  statutory    boolean     NOT NULL,
  target_at    timestamptz,
  submitted_at timestamptz,
  PRIMARY KEY (duty_id, stage)
);
SELECT avvik_guard_child('stage_figure', 'duty_id', 'duty_figure', 'duty_id');

CREATE TABLE notice_figure (
  notice_id uuid     PRIMARY KEY,
  tenant    text     NOT NULL,
  number    text     NOT NULL,  -- Empty for a notice that is about no case.
  version   bigint   NOT NULL,
  state     smallint NOT NULL,
  change    bigint   NOT NULL DEFAULT nextval('figure_change')
);
SELECT avvik_guard('notice_figure');
CREATE INDEX notice_figure_number ON notice_figure (tenant, number);
CREATE INDEX notice_figure_change ON notice_figure (change);
