-- Item neighbours and the settings they were counted with get the names of the code. A worker of the
-- release before fails to count them, and stops at the next erasure without applying it.
DO $$
DECLARE
    existing record;
    change text;
BEGIN
    FOR existing IN SELECT name, state FROM generation LOOP
        FOREACH change IN ARRAY ARRAY[
            'together RENAME CONSTRAINT together_pkey TO item_neighbour_pkey',
            'together RENAME TO item_neighbour',
            'together_made RENAME CONSTRAINT together_made_pkey TO item_neighbour_settings_pkey',
            'together_made RENAME CONSTRAINT together_made_one_check '
                'TO item_neighbour_settings_one_check',
            'together_made RENAME made_at TO counted_at',
            'together_made RENAME TO item_neighbour_settings'
        ] LOOP
            EXECUTE format('ALTER TABLE %I.', existing.name) || change;
        END LOOP;
        IF existing.state = 'live' THEN
            ALTER VIEW live.together RENAME TO item_neighbour;
            ALTER VIEW live.together_made RENAME made_at TO counted_at;
            ALTER VIEW live.together_made RENAME TO item_neighbour_settings;
        END IF;
    END LOOP;
END $$;
