-- Generations made before the column was there get it now, and readers see it.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.learner ADD tokens_valid_from timestamptz', made.name);
        IF made.state = 'live' THEN
            EXECUTE format(
                'CREATE OR REPLACE VIEW live.learner AS SELECT * FROM %I.learner', made.name
            );
        END IF;
    END LOOP;
END $$;
