-- Existing generations get packed item neighbours, and counts and histories that follow `progress`. What is
-- in `progress` already is counted here; neighbours are counted again at once. A worker of the release
-- before fails to count them, and its facts are counted all the same, by the triggers.
DO $migration$
DECLARE
    existing record;
    made text;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        IF existing.state = 'live' THEN
            DROP VIEW live.item_neighbour;
        END IF;
        PERFORM set_config('search_path', existing.name || ', public', true);
        EXECUTE $ddl$
DROP TABLE item_neighbour;
CREATE TABLE item_neighbour (
    content_id text PRIMARY KEY,
    revision   bigint NOT NULL,
    others     bytea NOT NULL,
    closeness  bytea NOT NULL,
    learners   bytea NOT NULL
);
ALTER TABLE item_neighbour_settings ADD revision bigint NOT NULL DEFAULT 0,
    ADD tuned_facts bigint NOT NULL DEFAULT 0, ADD out_of_order double precision NOT NULL DEFAULT 0.1,
    ADD order_decay double precision NOT NULL DEFAULT 2, ADD ridge double precision,
    ADD neighbours integer NOT NULL DEFAULT 100;
ALTER TABLE item_neighbour_settings ALTER revision DROP DEFAULT, ALTER tuned_facts DROP DEFAULT,
    ALTER out_of_order DROP DEFAULT, ALTER order_decay DROP DEFAULT, ALTER neighbours DROP DEFAULT;
UPDATE item_neighbour_settings SET facts = -1;

-- For each item how many learners take it, and a number that is shorter than its id. Triggers note
-- every change of `progress` in `item_count_change`, which is added to `item_count` from time to time
-- (`ai.projections.counts`): the counts are the sum of both, and no writer waits for another.
CREATE TABLE item_count (
    content_id text PRIMARY KEY,
    number     integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    learners   bigint NOT NULL,  -- who started or completed it
    completed  bigint NOT NULL
);
CREATE TABLE item_count_change (
    content_id text NOT NULL,
    learners   bigint NOT NULL,
    completed  bigint NOT NULL
);
-- For each learner the numbers of the items they completed, oldest first, as integers of 4 bytes,
-- and who has changed since: one row for each statement that changed them.
CREATE TABLE completion_history (
    user_id integer PRIMARY KEY,
    items   bytea NOT NULL
);
CREATE TABLE stale_history (
    user_id integer,
    id      bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (user_id, id)
);
CREATE FUNCTION count_added() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO item_count_change
    SELECT content_id, count(*), count(*) FILTER (WHERE status = 'completed')
    FROM added WHERE status IN ('in_progress', 'completed') GROUP BY content_id;
    INSERT INTO stale_history (user_id)
    SELECT DISTINCT user_id FROM added WHERE status = 'completed';
    RETURN NULL;
END $$;
CREATE FUNCTION count_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO item_count_change
    SELECT content_id, sum(sign), coalesce(sum(sign) FILTER (WHERE status = 'completed'), 0)
    FROM (
        SELECT content_id, status, 1 AS sign FROM added
        UNION ALL SELECT content_id, status, -1 FROM removed
    ) AS change
    WHERE status IN ('in_progress', 'completed') GROUP BY content_id
    HAVING sum(sign) <> 0 OR sum(sign) FILTER (WHERE status = 'completed') <> 0;
    INSERT INTO stale_history (user_id)
    SELECT user_id FROM added WHERE status = 'completed'
    UNION SELECT user_id FROM removed WHERE status = 'completed';
    RETURN NULL;
END $$;
-- Without a row in `stale_history`: rows are deleted by an erasure, which deletes the history itself.
CREATE FUNCTION count_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO item_count_change
    SELECT content_id, -count(*), -count(*) FILTER (WHERE status = 'completed')
    FROM removed WHERE status IN ('in_progress', 'completed') GROUP BY content_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_added AFTER INSERT ON progress
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added();
CREATE TRIGGER count_changed AFTER UPDATE ON progress
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed();
CREATE TRIGGER count_removed AFTER DELETE ON progress
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed();

INSERT INTO item_count_change
SELECT content_id, count(*), count(*) FILTER (WHERE status = 'completed')
FROM progress WHERE status IN ('in_progress', 'completed') GROUP BY content_id;
INSERT INTO stale_history (user_id) SELECT DISTINCT user_id FROM progress WHERE status = 'completed';
        $ddl$;
        IF existing.state = 'live' THEN
            FOREACH made IN ARRAY ARRAY['item_neighbour', 'item_neighbour_settings', 'item_count',
                'item_count_change', 'completion_history', 'stale_history'] LOOP
                EXECUTE format('CREATE OR REPLACE VIEW live.%I AS SELECT * FROM %I.%I',
                    made, existing.name, made);
            END LOOP;
        END IF;
    END LOOP;
    PERFORM set_config('search_path', 'public', true);
END $migration$;
