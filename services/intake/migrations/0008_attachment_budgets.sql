-- What came within a day is looked for by its time.
CREATE INDEX attachment_created ON attachment (tenant, created_at);
