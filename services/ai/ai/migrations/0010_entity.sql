-- Generations made before `entity` was there get it. Feedback moves into it by being read again: rows
-- converted here would differ from the same rows rebuilt from the topic.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name, state FROM generation LOOP
        EXECUTE format('CREATE TABLE %I.entity (kind text COLLATE "C" NOT NULL, '
            'key text COLLATE "C" NOT NULL, type text NOT NULL, user_id integer, '
            'version bigint NOT NULL, subjects integer[] NOT NULL, body jsonb NOT NULL, '
            'PRIMARY KEY (kind, key))', made.name);
        EXECUTE format('CREATE INDEX entity_user ON %I.entity (user_id, kind)', made.name);
        EXECUTE format('CREATE INDEX entity_subjects ON %I.entity USING gin (subjects) '
            'WHERE subjects <> ''{}''', made.name);
        IF made.state = 'live' THEN
            DROP VIEW IF EXISTS live.feedback;
            EXECUTE format('CREATE VIEW live.entity AS SELECT * FROM %I.entity', made.name);
        END IF;
        -- With the table, so that a worker of the release before stops instead of going on behind
        -- the positions that are deleted here.
        EXECUTE format('DROP TABLE %I.feedback', made.name);
        EXECUTE format('DELETE FROM %I.consumed WHERE topic = ''ongoza.feedback''', made.name);
    END LOOP;
END $$;
