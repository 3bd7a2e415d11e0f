-- Generations made before get the indexes that `generation.sql` and `ai.vectorstore.index` make now; the
-- worker makes the one by nearness anew where it is needed.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name FROM generation LOOP
        EXECUTE format('DROP INDEX IF EXISTS %I.content_vector_hnsw, %I.content_facets', made.name, made.name);
        EXECUTE format(
            'CREATE INDEX content_facets ON %I.content (track, level, content_type)'
            ' INCLUDE (content_id) WHERE NOT retired', made.name
        );
    END LOOP;
END $$;
