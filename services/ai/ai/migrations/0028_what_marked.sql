-- Adds what marked a learner: the trace of the change, and when the oldest fact was published that
-- the list does not show.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.dirty_learner ADD traceparent text, ADD fact_at timestamptz',
            existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.dirty_learner AS SELECT * FROM '
                '%I.dirty_learner', existing.name);
        END IF;
    END LOOP;
END $$;
