-- Each generation of a tenant's key has a key for hashes of its own. The newest that `hashes_since` is set of makes them;
-- they are looked for by those of all. When nothing is wrapped by a generation any more, only that part of it is kept,
-- for as long as hashes of it are to be recognised.
ALTER TABLE tenant_key
  ADD COLUMN hashes_since timestamptz,
  ADD COLUMN hashing_only boolean NOT NULL DEFAULT false;
-- Generations from before have the same key for hashes.
UPDATE tenant_key SET hashes_since = created_at WHERE wrapped <> '';
-- Two steps came in before and after the last: making hashes anew, and destroying the older keys for them.
UPDATE key_renewal SET step = CASE step WHEN 5 THEN 6 WHEN 6 THEN 8 ELSE step END;
