-- Positions of existing generations have no id; they adopt that of the topic at the next assignment.
DO $$
DECLARE
    existing record;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        EXECUTE format('ALTER TABLE %I.consumed ADD topic_id text', existing.name);
        EXECUTE format('CREATE TABLE %I.lost_topic (topic text PRIMARY KEY, '
            'cause text NOT NULL CHECK (cause IN (''recreated'', ''shorter'')), '
            'noticed_at timestamptz NOT NULL DEFAULT now())', existing.name);
        IF existing.state = 'live' THEN
            EXECUTE format('CREATE OR REPLACE VIEW live.consumed AS SELECT * FROM %I.consumed',
                existing.name);
            EXECUTE format('CREATE VIEW live.lost_topic AS SELECT * FROM %I.lost_topic',
                existing.name);
        END IF;
    END LOOP;
END $$;
