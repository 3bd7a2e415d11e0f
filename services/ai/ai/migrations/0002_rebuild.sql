-- Generations made before a table of generation.sql was there get it now.
DO $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT name FROM generation LOOP
        EXECUTE format('CREATE TABLE %I.consumed (topic text, partition integer, '
            'next_offset bigint NOT NULL, PRIMARY KEY (topic, partition))', made);
    END LOOP;
END $$;

-- Which model made a generation's vectors; absent while it has none.
ALTER TABLE generation
    ADD model text, ADD revision text, ADD precision text,
    -- What a rebuild was asked for, so that one that was killed goes on with the same.
    ADD options jsonb,
    ADD compared jsonb;
