-- What operators decided about single entities and users, for every generation.

-- The versions beyond the usual that an operator accepted: those that follow them are applied too,
-- also after compaction removed the accepted record.
CREATE TABLE accepted_version (
    kind    text COLLATE "C" NOT NULL,
    key     text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    user_id integer,  -- the owner; null where the entity belongs to nobody
    PRIMARY KEY (kind, key)
);
CREATE INDEX accepted_version_user ON accepted_version (user_id);

-- Every erasure that was applied, so that all of a user can be revoked.
CREATE TABLE applied_erasure (
    user_id integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (user_id, version)
);
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT name FROM generation LOOP
        EXECUTE format('INSERT INTO applied_erasure SELECT user_id, version '
            'FROM %I.erased_learner ON CONFLICT DO NOTHING', made.name);
    END LOOP;
END $$;

-- Erasures of users who live: the facts with these versions erase nobody, wherever they are read.
CREATE TABLE revoked_erasure (
    user_id    integer NOT NULL,
    version    bigint NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, version)
);
