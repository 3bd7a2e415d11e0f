-- Finds the oldest mark by an index: the health check reads one row, however many learners wait.
-- allowed after 834f2ab920: the table holds only learners who wait for a list, so that writers wait for milliseconds
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name FROM generation LOOP
        EXECUTE format('CREATE INDEX dirty_learner_marked_at ON %I.dirty_learner (marked_at)',
            existing.name);
    END LOOP;
END $$;
