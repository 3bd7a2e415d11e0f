-- Stored lists say when the first of their missions closes. Those of before have no missions that do.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.recommendation ADD closes_at timestamptz', existing.name);
        EXECUTE format('CREATE INDEX recommendation_closes_at ON %I.recommendation (closes_at) '
            'WHERE closes_at IS NOT NULL', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.recommendation AS '
                'SELECT * FROM %I.recommendation', existing.name);
        END IF;
    END LOOP;
END $$;
