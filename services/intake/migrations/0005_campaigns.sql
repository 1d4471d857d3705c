-- Campaigns: cases that several reports belong to, as triage told of them. Enumerations hold the numbers
-- of their proto values.
CREATE TABLE campaign (
  id          uuid        PRIMARY KEY,  -- Also that of the case.
  tenant      text        NOT NULL,
  number      text        NOT NULL,
  category    smallint    NOT NULL,
  sphere      smallint    NOT NULL,     -- This, unit and parties are those of the case.
  unit        text        NOT NULL,
  parties     text[]      NOT NULL,
  system      text        NOT NULL,
  case_closed boolean     NOT NULL,
  erased      boolean     NOT NULL,     -- The case was, and with it what was answered.
  ended_at    timestamptz,              -- When the campaign was closed by itself.
  leader_id   uuid        REFERENCES campaign (id),  -- The one whose case this one's is grouped into.
  created_at  timestamptz NOT NULL,
  version     bigint      NOT NULL,
  UNIQUE (tenant, number)
);
SELECT avvik_guard('campaign');
CREATE INDEX campaign_leader ON campaign (tenant, leader_id) WHERE leader_id IS NOT NULL;

-- Which reports belong to a campaign, the one that opened its case among them.
CREATE TABLE campaign_report (
  tenant      text        NOT NULL,
  report_id   uuid        NOT NULL,
  campaign_id uuid        NOT NULL REFERENCES campaign (id),
  number      text        NOT NULL,
  joined_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant, report_id)
);
SELECT avvik_guard('campaign_report');
CREATE INDEX campaign_report_campaign ON campaign_report (tenant, campaign_id, report_id);

-- What all who reported were told; the newest is in force. Each is sealed with a key of its own, wrapped by the
-- tenant's: deleting the row erases the text, in every copy.
CREATE TABLE campaign_answer (
  id           uuid        PRIMARY KEY,
  tenant       text        NOT NULL,
  campaign_id  uuid        NOT NULL REFERENCES campaign (id),
  request_key  text        NOT NULL,  -- Of author and request id, keyed.
  wrapped      bytea       NOT NULL,
  text         bytea       NOT NULL,
  created_at   timestamptz NOT NULL,
  UNIQUE (campaign_id, request_key)
);
SELECT avvik_guard('campaign_answer');
