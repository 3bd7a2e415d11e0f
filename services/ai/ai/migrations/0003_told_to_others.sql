-- Learners whose list changed and other teams do not know yet. Without a version: the learner was
-- erased, and the key is to be forgotten. One numbering for all generations.
CREATE SEQUENCE list_version;
CREATE TABLE refreshed_list (
    user_id integer PRIMARY KEY,
    version bigint
);

-- What was erased of a learner, by place; a place is a table of a generation or of all.
CREATE TABLE erasure_receipt (
    user_id   integer NOT NULL,
    place     text NOT NULL,
    rows      bigint NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, place)
);
