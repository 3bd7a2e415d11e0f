-- The generation that was live before this one, until the lists that differ between the two are noted
-- to be published.
ALTER TABLE generation ADD replaces text;

-- When learners last read their list or had a fact that changes it; for every generation. Only they
-- have a stored list. Present lists stay for 30 days.
CREATE TABLE learner_seen (
    user_id integer PRIMARY KEY,
    seen_on date NOT NULL
);
CREATE INDEX learner_seen_on ON learner_seen (seen_on);
DO $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT name FROM generation LOOP
        EXECUTE format('INSERT INTO learner_seen SELECT user_id, current_date FROM '
            '%I.recommendation ON CONFLICT DO NOTHING', made);
    END LOOP;
END $$;
