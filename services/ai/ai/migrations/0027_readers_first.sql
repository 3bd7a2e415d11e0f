-- Adds when a marked learner read the list; those are computed before others.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.dirty_learner ADD read_at timestamptz', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.dirty_learner AS SELECT * FROM '
                '%I.dirty_learner', existing.name);
        END IF;
    END LOOP;
END $$;
