-- Generations made before search was there get what it needs.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name FROM generation LOOP
        EXECUTE format(
            'CREATE INDEX content_facets ON %I.content (track, level, content_type)'
            ' WHERE NOT retired', made.name
        );
        EXECUTE format(
            'CREATE INDEX content_skills ON %I.content USING gin (skills) WHERE NOT retired',
            made.name
        );
    END LOOP;
END $$;

-- What another store of vectors was last told of each item: its facets and its text.
CREATE TABLE mirrored_vector (
    namespace  text NOT NULL,
    content_id text NOT NULL,
    digest     text NOT NULL,
    PRIMARY KEY (namespace, content_id)
);
