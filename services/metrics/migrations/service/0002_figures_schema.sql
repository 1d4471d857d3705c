-- The figures in use belong to the role that the service runs as, which exchanges them: it makes their
-- schema itself (MigrateFigures).
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('figures')) THEN
    DROP SCHEMA IF EXISTS figures;
  END IF;
END $$;
