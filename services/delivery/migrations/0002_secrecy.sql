-- Addresses are sealed, each with a key of its own; both are NULL once the address was erased. The addressee
-- of a notice to a confidential reporter is a keyed hash that nobody else's is.
DROP INDEX notice_with_address;
ALTER TABLE notice
  DROP COLUMN recipient,
  ADD COLUMN recipient   bytea,
  ADD COLUMN address_key bytea,
  ADD CHECK ((recipient IS NULL) = (address_key IS NULL));
CREATE INDEX notice_with_address ON notice (created_at) WHERE recipient IS NOT NULL;
