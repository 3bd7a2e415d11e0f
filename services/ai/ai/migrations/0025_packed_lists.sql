-- Stored lists are packed, without the texts of their items. Present ones are deleted and their
-- learners marked; until a worker has computed them again, they are computed when they are read. An
-- HTTP process of the release before fails to read lists from here on.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        IF existing.state = 'live' THEN
            DROP VIEW live.recommendation;
        END IF;
        EXECUTE format('INSERT INTO %1$I.dirty_learner (user_id) SELECT user_id FROM '
            '%1$I.recommendation ON CONFLICT (user_id) DO NOTHING', existing.name);
        EXECUTE format('DELETE FROM %I.recommendation', existing.name);
        EXECUTE format('ALTER TABLE %I.recommendation DROP body, DROP items, '
            'ADD items bytea NOT NULL, ALTER made_from TYPE json', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE VIEW live.recommendation AS SELECT * FROM %I.recommendation',
                existing.name);
        END IF;
    END LOOP;
END $$;
