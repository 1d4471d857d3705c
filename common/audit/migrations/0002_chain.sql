-- Makes the trace tamper-evident (docs/audit.md). Records are written unsealed; the sealer gives them their
-- place in the tenant's chain and the hash that binds them to all before.
ALTER TABLE audit_record
  ADD COLUMN on_behalf_of text NOT NULL DEFAULT '',
  ADD COLUMN client       text NOT NULL DEFAULT '',
  ADD COLUMN detail       text NOT NULL DEFAULT '',
  ADD COLUMN sequence     bigint,
  ADD COLUMN hash         bytea;
CREATE UNIQUE INDEX audit_record_sequence ON audit_record (tenant, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX audit_record_unsealed ON audit_record (id) WHERE sequence IS NULL;

-- How far each chain reached when, signed.
CREATE TABLE audit_checkpoint (
  tenant    text        NOT NULL,
  sequence  bigint      NOT NULL,
  hash      bytea       NOT NULL,
  records   bigint      NOT NULL,
  at        timestamptz NOT NULL,
  key_id    text        NOT NULL,
  signature bytea       NOT NULL,
  PRIMARY KEY (tenant, sequence)
);
SELECT avvik_guard('audit_checkpoint');

-- What is recorded stays. Whoever owns the tables or is superuser can take these triggers away, and is found
-- out by the chain.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the trace is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

-- Sealing alone is allowed, once.
CREATE TRIGGER audit_record_sealed BEFORE UPDATE ON audit_record
  FOR EACH ROW WHEN (
    OLD.sequence IS NOT NULL OR OLD.hash IS NOT NULL OR NEW.sequence IS NULL OR NEW.hash IS NULL
    OR (NEW.id, NEW.tenant, NEW.at, NEW.actor, NEW.machine, NEW.method, NEW.permission, NEW.subject, NEW.outcome,
        NEW.reason, NEW.trace_parent, NEW.on_behalf_of, NEW.client, NEW.detail)
       IS DISTINCT FROM
       (OLD.id, OLD.tenant, OLD.at, OLD.actor, OLD.machine, OLD.method, OLD.permission, OLD.subject, OLD.outcome,
        OLD.reason, OLD.trace_parent, OLD.on_behalf_of, OLD.client, OLD.detail))
  EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_record_kept BEFORE DELETE OR TRUNCATE ON audit_record
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
