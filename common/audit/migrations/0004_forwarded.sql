-- How far the trace of each municipality was sent on to another system: the last record and the last checkpoint, by their
-- places in the chain.
CREATE TABLE audit_forwarded (
  tenant      text   PRIMARY KEY,
  records     bigint NOT NULL,
  checkpoints bigint NOT NULL
);
SELECT avvik_guard('audit_forwarded');
