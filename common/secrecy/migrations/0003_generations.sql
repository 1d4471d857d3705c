-- A tenant's key can be replaced: its generations stand beside each other until nothing needs the older one, which is then
-- emptied.
ALTER TABLE tenant_key
  DROP CONSTRAINT tenant_key_pkey,
  ADD COLUMN generation bigint NOT NULL DEFAULT 1,
  ADD PRIMARY KEY (tenant, generation);

-- How far the replacing of keys is that was asked for (common/secrecy/renewal.h): one row for each time, by when keys
-- must be from. `part` and `after` say where a step goes on.
CREATE TABLE key_renewal (
  asked  timestamptz PRIMARY KEY,
  step   smallint    NOT NULL,
  part   integer     NOT NULL,
  after  text        NOT NULL,
  kept   bigint      NOT NULL,  -- Old keys that had to be kept for another round.
  due_at timestamptz NOT NULL   -- When the step may begin or go on.
);
SELECT avvik_guard_shared('key_renewal');
