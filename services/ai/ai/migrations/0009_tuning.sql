-- Generations made before words and doubt were measured keep what was set for all, until they count
-- again what was finished together: at once, as `refresh.ANEW` has it.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.together_made ADD words real NOT NULL DEFAULT 0.45, '
            'ADD doubt integer NOT NULL DEFAULT 5', made.name);
        EXECUTE format('ALTER TABLE %I.together_made ALTER words DROP DEFAULT, '
            'ALTER doubt DROP DEFAULT', made.name);
        EXECUTE format('UPDATE %I.together_made SET facts = -1', made.name);
        IF made.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.together_made AS '
                'SELECT * FROM %I.together_made', made.name);
        END IF;
    END LOOP;
END $$;
