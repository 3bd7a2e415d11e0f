-- What generations made before these were there get now, and readers see it.
DO $$
DECLARE
    made record;
    shown text;
BEGIN
    FOR made IN SELECT name, state FROM generation LOOP
        EXECUTE format('CREATE TABLE %I.feedback (user_id integer, content_id text, '
            'version bigint NOT NULL, verdict text, created_at timestamptz NOT NULL, '
            'updated_at timestamptz NOT NULL, PRIMARY KEY (user_id, content_id))', made.name);
        EXECUTE format('CREATE TABLE %I.together (content_id text, other_id text, '
            'learners integer NOT NULL, closeness real NOT NULL, '
            'PRIMARY KEY (content_id, other_id))', made.name);
        EXECUTE format('CREATE TABLE %I.together_made (one boolean PRIMARY KEY DEFAULT true '
            'CHECK (one), facts bigint NOT NULL, recency real NOT NULL, in_order boolean NOT NULL, '
            'ndcg real, made_at timestamptz NOT NULL DEFAULT now())', made.name);
        EXECUTE format('ALTER TABLE %I.recommendation ADD content_ids text[] NOT NULL DEFAULT '
            '''{}'', ADD revision bigint NOT NULL DEFAULT -1', made.name);
        EXECUTE format('CREATE INDEX recommendation_revision ON %I.recommendation (revision)',
            made.name);
        IF made.state = 'live' THEN
            FOREACH shown IN ARRAY ARRAY['feedback', 'together', 'together_made', 'recommendation'] LOOP
                EXECUTE format('CREATE OR REPLACE VIEW live.%I AS SELECT * FROM %I.%I',
                    shown, made.name, shown);
            END LOOP;
        END IF;
    END LOOP;
END $$;
