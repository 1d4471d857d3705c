-- One event may bring the same duty to several, such as three committees that are controllers of their own: each has
-- one, with a clock of its own.
ALTER TABLE duty DROP CONSTRAINT duty_tenant_case_id_regime_key;
ALTER TABLE duty ADD CONSTRAINT duty_tenant_case_id_regime_entity_key UNIQUE (tenant, case_id, regime, entity);
