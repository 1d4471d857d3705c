-- What is kept of a receipt (services/intake/receipt_keys.h): a short tag to find candidates by, and a hash with a salt
-- of the receipt's own. key_id names the key of the file that both are made with.
DROP TABLE receipt;
CREATE TABLE receipt (
  tenant    text  NOT NULL,
  key_id    text  NOT NULL,
  tag       bytea NOT NULL,
  salt      bytea NOT NULL CHECK (length(salt) = 16),
  hash      bytea NOT NULL,
  report_id uuid  NOT NULL REFERENCES report (id),
  PRIMARY KEY (tenant, key_id, tag, salt)
);
SELECT avvik_guard('receipt');
CREATE INDEX receipt_of_report ON receipt (report_id);
