-- Cases as public records. Nothing here is secret: what is written is for everybody, grounds are paragraphs. Rows stay when
-- the case is erased, for the register goes on saying that there was such a case.
CREATE TABLE case_register (
  case_id             uuid        PRIMARY KEY REFERENCES triage_case (id),
  tenant              text        NOT NULL,
  registration_number text,                  -- NULL until it has one.
  registered_at       timestamptz,
  registered_by       text        NOT NULL,
  public_title        text        NOT NULL,  -- Empty: what kind of deviation it is.
  correspondent       text        NOT NULL,
  version             bigint      NOT NULL,
  UNIQUE (tenant, registration_number),
  CHECK ((registration_number IS NULL) = (registered_at IS NULL))
);
SELECT avvik_guard('case_register');

-- The last number of a series in a local year.
CREATE TABLE register_counter (
  tenant text    NOT NULL,
  series text    NOT NULL,
  year   integer NOT NULL,
  last   bigint  NOT NULL,
  PRIMARY KEY (tenant, series, year)
);
SELECT avvik_guard('register_counter');

-- Markings of secrecy, and every time one was assessed anew. Enumerations hold the numbers of their proto values.
CREATE TABLE secrecy_marking (
  id        uuid        PRIMARY KEY,
  tenant    text        NOT NULL,
  case_id   uuid        NOT NULL REFERENCES triage_case (id),
  ground    text        NOT NULL,
  marked_by text        NOT NULL,
  marked_at timestamptz NOT NULL
);
SELECT avvik_guard('secrecy_marking');
CREATE INDEX secrecy_marking_case ON secrecy_marking (tenant, case_id, id);

CREATE TABLE secrecy_assessment (
  id          uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  marking_id  uuid        NOT NULL REFERENCES secrecy_marking (id),
  assessed_at timestamptz NOT NULL,
  assessed_by text        NOT NULL,
  outcome     smallint    NOT NULL
);
SELECT avvik_guard('secrecy_assessment');
CREATE INDEX secrecy_assessment_marking ON secrecy_assessment (marking_id, id);

-- When an authority was last told by a duty; NULL until then.
ALTER TABLE case_duty ADD COLUMN submitted_at timestamptz;
