-- What lists are filtered and ordered by beside what was there.
ALTER TABLE triage_case
  ADD COLUMN hit_properties smallint    NOT NULL DEFAULT 0,           -- Bit n: avvik.type.v1.SecurityProperty n is hit.
  ADD COLUMN due_at         timestamptz NOT NULL DEFAULT 'infinity',  -- The next of its duties.
  -- Whether case_word has the words of its report. Setting it to false has them read again.
  ADD COLUMN words_indexed  boolean     NOT NULL DEFAULT false;
CREATE INDEX triage_case_severity ON triage_case (tenant, severity, id);
CREATE INDEX triage_case_due ON triage_case (tenant, due_at, id DESC);
CREATE INDEX triage_case_changed ON triage_case (tenant, updated_at, id);
CREATE INDEX triage_case_system ON triage_case (tenant, system, id) WHERE system <> '';
CREATE INDEX triage_case_reported ON triage_case (tenant, reported_at, id);
CREATE INDEX triage_case_closed_sphere ON triage_case (tenant, sphere, id) WHERE sphere > 2;
CREATE INDEX triage_case_held ON triage_case (tenant, id) WHERE held_at IS NOT NULL;
-- What is worked on: few of many.
CREATE INDEX triage_case_open_owner ON triage_case (tenant, owner_login, id) WHERE state <> 4;
CREATE INDEX triage_case_open_unit ON triage_case (tenant, unit, id) WHERE state <> 4;
CREATE INDEX triage_case_open_due ON triage_case (tenant, due_at, id DESC) WHERE state <> 4;
CREATE INDEX triage_case_unindexed ON triage_case (tenant, id) WHERE NOT words_indexed AND erased_at IS NULL;

-- By what a case is reached: its place (`<sphere>/<unit>`) and its parties, as avvik_visible looks at them. Who reaches
-- few cases finds them by it, because the operators of arrays are not leak-proof and so use no index here.
CREATE TABLE case_reach (
  tenant  text NOT NULL,
  key     text NOT NULL,
  case_id uuid NOT NULL,
  PRIMARY KEY (tenant, key, case_id)
);
SELECT avvik_guard('case_reach');

CREATE FUNCTION avvik_keep_case_reach() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  wanted text[] := NEW.parties || (NEW.sphere::text || '/' || NEW.unit);
  present text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    present := OLD.parties || (OLD.sphere::text || '/' || OLD.unit);
    IF wanted = present THEN RETURN NULL; END IF;
    DELETE FROM case_reach
     WHERE tenant = NEW.tenant AND key = ANY (present) AND key <> ALL (wanted) AND case_id = NEW.id;
  END IF;
  INSERT INTO case_reach (tenant, key, case_id)
  SELECT DISTINCT NEW.tenant, key, NEW.id FROM unnest(wanted) AS key WHERE key <> ALL (present);
  RETURN NULL;
END $$;
CREATE TRIGGER case_reach_kept AFTER INSERT OR UPDATE OF sphere, unit, parties ON triage_case
  FOR EACH ROW EXECUTE FUNCTION avvik_keep_case_reach();
INSERT INTO case_reach (tenant, key, case_id)
SELECT DISTINCT tenant, key, id
  FROM triage_case, unnest(parties || (sphere::text || '/' || unit)) AS key;

-- The words of cases, each as the first eight bytes of a hash keyed by the tenant's key. Those of a report have another
-- hash than those of the case's own texts, because not everybody who reads the case reads the report.
CREATE TABLE case_word (
  tenant    text    NOT NULL,
  word      bigint  NOT NULL,
  case_id   uuid    NOT NULL,
  of_report boolean NOT NULL,
  PRIMARY KEY (tenant, word, case_id)
);
SELECT avvik_guard('case_word');
CREATE INDEX case_word_case ON case_word (tenant, case_id);

-- What escalation last told of the duties of cases: when the next step of each is due.
CREATE TABLE case_duty (
  tenant  text        NOT NULL,
  duty_id uuid        NOT NULL,
  case_id uuid        NOT NULL,
  due_at  timestamptz NOT NULL,  -- 'infinity' when no step is open.
  PRIMARY KEY (tenant, duty_id)
);
SELECT avvik_guard('case_duty');
CREATE INDEX case_duty_case ON case_duty (tenant, case_id);
