-- Existing generations get `sign_in` and `token_generation`, which replaces `tokens_valid_from`. A
-- column cannot be dropped from a view, so the view of learners is created again.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('CREATE TABLE %I.sign_in (user_id integer NOT NULL, '
            'sign_in_id uuid NOT NULL, version bigint NOT NULL, started_at timestamptz, '
            'ended_at timestamptz, PRIMARY KEY (user_id, sign_in_id))', existing.name);
        EXECUTE format('CREATE INDEX sign_in_ended_at ON %I.sign_in (ended_at) '
            'WHERE ended_at IS NOT NULL', existing.name);
        IF existing.state = 'live' THEN
            DROP VIEW live.learner;
        END IF;
        EXECUTE format('ALTER TABLE %I.learner DROP tokens_valid_from, '
            'ADD token_generation integer NOT NULL DEFAULT 0', existing.name);
        EXECUTE format('CREATE INDEX learner_token_generation ON %I.learner (updated_at) '
            'WHERE token_generation > 0', existing.name);
        EXECUTE format('CREATE INDEX erased_learner_erased_at ON %I.erased_learner (erased_at)',
            existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE VIEW live.learner AS SELECT * FROM %I.learner', existing.name);
            EXECUTE format('CREATE VIEW live.sign_in AS SELECT * FROM %I.sign_in', existing.name);
        END IF;
    END LOOP;
END $$;
