-- What leaves the house: one row per notice. Enumerations hold the numbers of their proto values.
CREATE TABLE notice (
  notice_id       uuid        PRIMARY KEY,
  tenant          text        NOT NULL,
  cause           text        NOT NULL,  -- What it is for: an event, or the report or case itself.
  template        text        NOT NULL,
  person_id       text        NOT NULL,  -- Pseudonym of the addressee.
  number          text        NOT NULL,
  unit            text        NOT NULL,
  recipient       text        NOT NULL,  -- Erased with time.
  withheld        boolean     NOT NULL,  -- The address would tell who a confidential reporter is.
  language        text        NOT NULL,
  message_id      text        NOT NULL,
  created_at      timestamptz NOT NULL,
  state           smallint    NOT NULL,
  next_attempt_at timestamptz,
  give_up_at      timestamptz NOT NULL,
  sent_at         timestamptz,
  attempt_count   integer     NOT NULL,
  failures        integer     NOT NULL,  -- Since it was queued or last put back by hand.
  version         bigint      NOT NULL,
  holder          text,                  -- The process that is sending it, and until when it may.
  lease_until     timestamptz,
  -- A repeat of an event makes no second notice.
  UNIQUE (tenant, cause, template, person_id),
  CHECK ((state = 1) = (next_attempt_at IS NOT NULL)),
  CHECK ((state = 2) = (holder IS NOT NULL) AND (state = 2) = (lease_until IS NOT NULL)),
  CHECK ((state = 3) = (sent_at IS NOT NULL))
);
SELECT avvik_guard('notice');
CREATE INDEX notice_due ON notice (next_attempt_at, notice_id) WHERE state = 1;
CREATE INDEX notice_sending ON notice (lease_until) WHERE state = 2;
CREATE INDEX notice_not_sent ON notice (state, created_at) WHERE state <> 3;
CREATE INDEX notice_by_state ON notice (tenant, state, notice_id);
CREATE INDEX notice_by_number ON notice (tenant, number, notice_id);
-- For erasing addresses: only rows that still have one are in it.
CREATE INDEX notice_with_address ON notice (created_at) WHERE recipient <> '';

-- Every try to hand a notice over.
CREATE TABLE notice_attempt (
  notice_id   uuid        NOT NULL REFERENCES notice (notice_id),
  attempt     integer     NOT NULL,
  at          timestamptz NOT NULL,
  succeeded   boolean     NOT NULL,
  reply_code  integer     NOT NULL,
  error       text        NOT NULL,
  duration_ms integer     NOT NULL,
  PRIMARY KEY (notice_id, attempt)
);
SELECT avvik_guard_child('notice_attempt', 'notice_id', 'notice', 'notice_id');

-- Cases as last heard of: whom to tell of them.
CREATE TABLE known_case (
  tenant               text   NOT NULL,
  case_id              uuid   NOT NULL,
  number               text   NOT NULL,
  report_id            uuid   NOT NULL,
  unit                 text   NOT NULL,
  owner                text   NOT NULL,
  drawn_in             text[] NOT NULL,
  organisation_version bigint NOT NULL,
  PRIMARY KEY (tenant, case_id)
);
SELECT avvik_guard('known_case');
