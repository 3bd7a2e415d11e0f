-- Stored lists are text, which PostgreSQL compresses when it is long: a read is faster than with
-- deflated ones. Those are deleted and their learners marked; until a worker has computed them again,
-- they are computed when they are read. The column has another name, so that processes of the release
-- before fail to write and to read lists instead of mixing both kinds.
SELECT pg_advisory_xact_lock(7305121876);  -- nobody writes or erases a learner meanwhile
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        IF existing.state = 'live' THEN
            DROP VIEW live.recommendation;
        END IF;
        EXECUTE format('INSERT INTO %1$I.dirty_learner (user_id) SELECT user_id FROM '
            '%1$I.recommendation ORDER BY user_id ON CONFLICT (user_id) DO NOTHING', existing.name);
        EXECUTE format('DELETE FROM %I.recommendation', existing.name);
        EXECUTE format('ALTER TABLE %I.recommendation RENAME items TO lines', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE VIEW live.recommendation AS SELECT * FROM %I.recommendation',
                existing.name);
        END IF;
    END LOOP;
END $$;
