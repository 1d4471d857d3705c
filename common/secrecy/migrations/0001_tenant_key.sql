-- Each tenant's key, wrapped by a master key that is in no database. Everything secret of a tenant hangs on
-- its row: a row is never deleted while the tenant has data.
CREATE TABLE tenant_key (
  tenant        text        PRIMARY KEY,
  master_key_id text        NOT NULL,
  wrapped       bytea       NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  rewrapped_at  timestamptz
);
SELECT avvik_guard('tenant_key');
