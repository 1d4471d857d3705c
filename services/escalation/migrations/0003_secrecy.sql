-- What people write of a duty is sealed with the duty's key before it comes here. What stands here already was
-- written without a key, and no migration has one: rather than losing it, this one does nothing.
DO $$
BEGIN
  IF EXISTS (SELECT FROM duty WHERE rule_out_reason <> '')
     OR EXISTS (SELECT FROM duty_stage WHERE external_id <> '' OR reason <> '') THEN
    RAISE EXCEPTION 'duties hold reasons or external ids in the clear, which a migration cannot seal'
      USING HINT = 'Export them, then empty duty.rule_out_reason, duty_stage.external_id and duty_stage.reason.';
  END IF;
END $$;

-- A text is NULL where nothing was written, and where the case was erased. Emptying `wrapped_key` erases the texts, in
-- every copy.
ALTER TABLE duty
  DROP COLUMN rule_out_reason,
  ADD COLUMN rule_out_reason bytea,
  ADD COLUMN wrapped_key     bytea,        -- The duty's key, wrapped by the tenant's; NULL until something is written.
  ADD COLUMN erased_at       timestamptz,  -- With its case.
  ADD CHECK (wrapped_key IS NOT NULL OR rule_out_reason IS NULL),
  ADD CHECK (erased_at IS NULL OR wrapped_key IS NULL);

ALTER TABLE duty_stage
  DROP COLUMN external_id,
  DROP COLUMN reason,
  ADD COLUMN external_id bytea,
  ADD COLUMN reason      bytea;

-- An erased case gets no duty any more.
ALTER TABLE case_record ADD COLUMN erased_at timestamptz;
