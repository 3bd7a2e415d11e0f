-- Existing generations get the table of the multilingual model's vectors; the worker fills it.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('CREATE TABLE %I.content_vector_e5 (content_id text PRIMARY KEY, '
            'text_sha256 bytea NOT NULL, embedding vector(384) NOT NULL)', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE VIEW live.content_vector_e5 AS SELECT * FROM %I.content_vector_e5',
                existing.name);
        END IF;
    END LOOP;
END $$;
