-- The projections of one generation, in a schema of its own, which search_path names.
-- Every row of an entity stores the version of the fact it was written from. The guard
-- `WHERE excluded.version > row.version` makes applying a fact twice, or late, harmless.
-- New columns go to the end of a table, because the views of schema `live` are replaced in place; a
-- migration adds them to existing generations.

CREATE TABLE content (
    content_id       text PRIMARY KEY,
    version          bigint NOT NULL,
    content_type     text NOT NULL,
    title            text NOT NULL,
    description      text NOT NULL,
    track            text NOT NULL,
    level            smallint NOT NULL,
    skills           text[] NOT NULL,
    prerequisites    text[] NOT NULL,
    course_id        text,
    duration_minutes integer NOT NULL,
    retired          boolean NOT NULL,
    published_at     timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    document_sha256  bytea NOT NULL  -- of the text that is embedded
);

-- A narrow table, because updates of a table with a vector index are expensive. An item whose
-- text_sha256 differs from its content's document_sha256 waits to be embedded.
CREATE TABLE content_vector (
    content_id  text PRIMARY KEY,
    text_sha256 bytea NOT NULL,
    embedding   vector(384) NOT NULL
);

-- The same items' vectors by the multilingual model, where it is on. Vectors of two models are never
-- compared, so another model needs another table.
CREATE TABLE content_vector_e5 (
    content_id  text PRIMARY KEY,
    text_sha256 bytea NOT NULL,
    embedding   vector(384) NOT NULL
);

-- One row, raised with every change of `content`, `content_vector` and `item_neighbour`, so that a
-- process knows when its copy of the catalogue is stale.
CREATE TABLE catalogue_revision (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO catalogue_revision (revision) VALUES (0);

-- The next offset to apply of each partition, written in the transaction that applied the records.
CREATE TABLE consumed (
    topic       text,
    partition   integer,
    next_offset bigint NOT NULL,
    topic_id    text,  -- of the topic that was read; null where it was not known yet
    PRIMARY KEY (topic, partition)
);

-- Topics that were read from the beginning although they had been consumed, for the status.
CREATE TABLE lost_topic (
    topic      text PRIMARY KEY,
    cause      text NOT NULL CHECK (cause IN ('recreated', 'shorter')),
    noticed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE learner (
    user_id         integer PRIMARY KEY,
    version         bigint NOT NULL,
    role            text NOT NULL,
    track           text,
    organization_id integer,
    status          text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    token_generation integer NOT NULL DEFAULT 0
);
CREATE INDEX learner_token_generation ON learner (updated_at) WHERE token_generation > 0;

-- Facts of these learners are never applied again, even in a replay.
CREATE TABLE erased_learner (
    user_id   integer PRIMARY KEY,
    version   bigint NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erased_learner_erased_at ON erased_learner (erased_at);

-- The row of an ended sign-in stays, because its version guards against older facts.
CREATE TABLE sign_in (
    user_id    integer NOT NULL,
    sign_in_id uuid NOT NULL,
    version    bigint NOT NULL,
    started_at timestamptz,  -- null once it ended
    ended_at   timestamptz,
    PRIMARY KEY (user_id, sign_in_id)
);
CREATE INDEX sign_in_ended_at ON sign_in (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE progress (
    user_id               integer NOT NULL,
    content_id            text NOT NULL,
    version               bigint NOT NULL,
    content_type          text NOT NULL,
    status                text NOT NULL,
    completion_percentage double precision NOT NULL,
    score                 double precision,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    completion_source     text NOT NULL,  -- `self` before the first completion
    completed_at          timestamptz,    -- the first time
    activity              jsonb NOT NULL, -- `retried` failures and active `weeks`, null if not counted
    PRIMARY KEY (user_id, content_id)
);
CREATE INDEX progress_content ON progress (content_id);

CREATE TABLE profiling_session (
    session_id    uuid PRIMARY KEY,
    version       bigint NOT NULL,
    user_id       integer NOT NULL,
    questionnaire text,  -- this and the columns below are null once the session was deleted
    answers       jsonb,
    result        jsonb,
    started_at    timestamptz,
    completed_at  timestamptz
);
CREATE INDEX profiling_session_user ON profiling_session (user_id);

-- Every other kind of entity (`ai.projections.registry`). The row of a deleted entity stays, because
-- its version guards against older facts.
CREATE TABLE entity (
    kind     text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    type     text NOT NULL,       -- of the newest fact
    user_id  integer,             -- the owner; null where the entity belongs to nobody
    version  bigint NOT NULL,
    subjects integer[] NOT NULL,  -- the other users it names
    body     jsonb NOT NULL,      -- as it was received
    PRIMARY KEY (kind, key)
);
CREATE INDEX entity_user ON entity (user_id, kind);
CREATE INDEX entity_subjects ON entity USING gin (subjects) WHERE subjects <> '{}';

-- For each item its closest item neighbours, closest first, in arrays of 4 bytes an entry. They are
-- counted from `completion_history` in the background, so a rebuild does not compare them.
CREATE TABLE item_neighbour (
    content_id text PRIMARY KEY,
    revision   bigint NOT NULL,  -- that of the settings when the row changed last
    others     bytea NOT NULL,   -- integers: `item_count.number`
    closeness  bytea NOT NULL,   -- floats above 0
    learners   bytea NOT NULL    -- integers: how many finished both
);
CREATE TABLE item_neighbour_settings (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    facts    bigint NOT NULL,   -- completed rows of `progress` that were counted; -1: count again
    recency  real NOT NULL,     -- the weight of a learner's step relative to the next one
    in_order boolean NOT NULL,  -- whether an item that was finished soon after counts more
    ndcg     real,              -- reached with these settings; null with too few learners to tune
    counted_at timestamptz NOT NULL DEFAULT now(),
    semantic_weight real NOT NULL, -- the weight of nearness in meaning for a newcomer
    shrinkage integer NOT NULL,  -- the number of finished items with which neighbours count by half
    revision bigint NOT NULL,    -- raised by every count
    tuned_facts bigint NOT NULL, -- `facts` when the settings were chosen
    out_of_order double precision NOT NULL, -- the weight of a pair that was not finished in order
    order_decay double precision NOT NULL,  -- after how many steps it is nearer to that by a factor e
    ridge    double precision,   -- of the regression that weighs pairs; null: they are counted
    neighbours integer NOT NULL  -- how many of the closest count for each item
);

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

-- Learners whose list is stale. `mark` changes with every new reason, so that a worker that computed
-- the list for an older mark does not delete the newer one. A claim reserves a learner for a worker
-- for a while without a lock, so that marking never waits for computing.
CREATE SEQUENCE dirty_mark;
CREATE TABLE dirty_learner (
    user_id    integer PRIMARY KEY,
    mark       bigint NOT NULL DEFAULT nextval('dirty_mark'),
    marked_at  timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    read_at    timestamptz,  -- when the learner last read the list since it was marked
    traceparent text,        -- of the change that marked the learner
    fact_at    timestamptz   -- when the oldest fact was queued that the list does not show
);
CREATE INDEX dirty_learner_marked_at ON dirty_learner (marked_at);

CREATE TABLE recommendation (
    user_id     integer PRIMARY KEY,
    made_from   json NOT NULL,   -- the versions of the facts it is derived from
    computed_at timestamptz NOT NULL,
    content_ids text[] NOT NULL DEFAULT '{}',  -- the first items, which are published
    revision    bigint NOT NULL DEFAULT -1,    -- of the catalogue it is computed from
    closes_at   timestamptz,                   -- when the first of the missions in `lines` closes
    lines       bytea NOT NULL                 -- the longest list, as text (ai.recommendations.lists)
);
CREATE INDEX recommendation_revision ON recommendation (revision);
CREATE INDEX recommendation_closes_at ON recommendation (closes_at) WHERE closes_at IS NOT NULL;

-- For search: the items of a narrow filter are found by these indexes and compared one by one. The
-- HNSW index is created later (`ai.vectorstore.index`), because a small catalogue is faster without.
CREATE INDEX content_facets ON content (track, level, content_type) INCLUDE (content_id)
    WHERE NOT retired;
CREATE INDEX content_skills ON content USING gin (skills) WHERE NOT retired;
