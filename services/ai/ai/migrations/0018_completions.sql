-- Rows of progress say by whose word and when the item was completed first. Existing rows get it from
-- the topic, which is read again; until then they stay as
-- they are: their version is one lower, so that older facts of the topic do not replace them. A worker of the release before stops
-- at the column without default, instead of going on behind the positions deleted here.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.progress ADD completion_source text NOT NULL '
            'DEFAULT ''self'', ADD completed_at timestamptz', existing.name);
        EXECUTE format('ALTER TABLE %I.progress ALTER completion_source DROP DEFAULT',
            existing.name);
        EXECUTE format('UPDATE %I.progress SET version = version - 1', existing.name);
        EXECUTE format('DELETE FROM %I.consumed WHERE topic = ''ongoza.progress''', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.progress AS SELECT * FROM %I.progress',
                existing.name);
        END IF;
    END LOOP;
END $$;
