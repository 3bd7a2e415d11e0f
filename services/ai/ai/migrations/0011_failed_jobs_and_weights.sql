-- The background jobs of a worker that failed since it started, by name.
ALTER TABLE worker_status ADD COLUMN IF NOT EXISTS failed_jobs jsonb NOT NULL DEFAULT '{}';

-- The tuned weights get the names of the code.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.together_made RENAME words TO semantic_weight', existing.name);
        EXECUTE format('ALTER TABLE %I.together_made RENAME doubt TO shrinkage', existing.name);
        IF existing.state = 'live' THEN
            ALTER VIEW live.together_made RENAME words TO semantic_weight;
            ALTER VIEW live.together_made RENAME doubt TO shrinkage;
        END IF;
    END LOOP;
END $$;
