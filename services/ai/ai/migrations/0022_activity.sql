-- Rows of progress say how many failures were tried again and in which weeks their learner was active.
-- Existing rows get it from the topic, which is read again; until then they stay as they are, because
-- their version is one lower, so that older facts of the topic do not replace them. A worker of
-- the release before stops at the column without default, instead of going on behind the positions
-- deleted here.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.progress ADD activity jsonb NOT NULL DEFAULT '
            '''{"retried": null, "weeks": null}''', existing.name);
        EXECUTE format('ALTER TABLE %I.progress ALTER activity DROP DEFAULT', existing.name);
        -- Not once more if 0018 has just done so.
        EXECUTE format('UPDATE %1$I.progress SET version = version - 1 WHERE EXISTS (SELECT '
            'FROM %1$I.consumed WHERE topic = ''ongoza.progress'')', existing.name);
        EXECUTE format('DELETE FROM %I.consumed WHERE topic = ''ongoza.progress''', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.progress AS SELECT * FROM %I.progress',
                existing.name);
        END IF;
    END LOOP;
END $$;
