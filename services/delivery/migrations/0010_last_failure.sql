-- When an attempt last failed.
CREATE INDEX notice_attempt_failed ON notice_attempt (at) WHERE NOT succeeded;
