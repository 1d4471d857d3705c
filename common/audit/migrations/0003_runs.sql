-- Records are never touched again once they are written: their places and hashes stand beside them, one row for
-- what was sealed of a tenant in one go.

-- In which order records were written. A transaction has its number before it draws one, so that whoever sees a
-- record knows: what is missing before it is of a transaction that has a lower number than any begun since.
CREATE SEQUENCE audit_record_ordinal;
DROP TRIGGER audit_record_sealed ON audit_record;
DROP TRIGGER audit_record_kept ON audit_record;
ALTER TABLE audit_record
  DROP CONSTRAINT audit_record_pkey,
  ADD COLUMN ordinal bigint NOT NULL
    DEFAULT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_record_ordinal') END;
ALTER TABLE audit_record ADD PRIMARY KEY (ordinal);
ALTER SEQUENCE audit_record_ordinal OWNED BY audit_record.ordinal;

-- A stretch of a tenant's chain: the records `first`, `first` + 1, … in the order of the arrays.
CREATE TABLE audit_run (
  tenant    text    NOT NULL,
  first     bigint  NOT NULL,
  ordinals  bigint[] NOT NULL,
  hashes    bytea[] NOT NULL,
  lowest    bigint  NOT NULL,  -- Of the ordinals.
  highest   bigint  NOT NULL,
  open_from bigint  NOT NULL,  -- Records with lower ordinals were sealed by then, or will never be there.
  -- Whoever seals behind the same record a second time is refused.
  PRIMARY KEY (tenant, first),
  CHECK (cardinality(ordinals) = cardinality(hashes) AND cardinality(ordinals) > 0)
);
SELECT avvik_guard('audit_run');
CREATE INDEX audit_run_highest ON audit_run (tenant, highest);
-- Neither gets smaller by compression.
ALTER TABLE audit_run ALTER ordinals SET STORAGE EXTERNAL, ALTER hashes SET STORAGE EXTERNAL;

INSERT INTO audit_run (tenant, first, ordinals, hashes, lowest, highest, open_from)
SELECT tenant, min(sequence), array_agg(ordinal ORDER BY sequence), array_agg(hash ORDER BY sequence),
       min(ordinal), max(ordinal), 1
  FROM (SELECT *, sequence - row_number() OVER (PARTITION BY tenant ORDER BY sequence) AS gaps
          FROM audit_record WHERE sequence IS NOT NULL) AS sealed
 GROUP BY tenant, gaps, (sequence - 1) / 5000;
ALTER TABLE audit_record DROP COLUMN sequence, DROP COLUMN hash;

-- Each sealed place with its hash and the ordinal of its record.
CREATE VIEW audit_seal WITH (security_invoker = true) AS
SELECT run.tenant, run.first + seal.place - 1 AS sequence, seal.ordinal, seal.hash
  FROM audit_run AS run
 CROSS JOIN LATERAL unnest(run.ordinals, run.hashes) WITH ORDINALITY AS seal (ordinal, hash, place);

CREATE TRIGGER audit_record_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_run_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_run
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
