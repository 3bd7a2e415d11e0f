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

-- One row, raised with every change of the two tables above and of `item_neighbour`, so that a
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

-- For each item its closest item neighbours. They are recounted from `progress` in the background, so
-- a rebuild does not compare them.
CREATE TABLE item_neighbour (
    content_id text,
    other_id   text,
    learners   integer NOT NULL,  -- how many finished both
    closeness  real NOT NULL,     -- above 0
    PRIMARY KEY (content_id, other_id)
);
CREATE TABLE item_neighbour_settings (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    facts    bigint NOT NULL,   -- completed rows of `progress` that were counted; -1: count again
    recency  real NOT NULL,     -- the weight of a learner's step relative to the next one
    in_order boolean NOT NULL,  -- whether an item that was finished soon after counts more
    ndcg     real,              -- reached with these settings; null with too few learners to tune
    counted_at timestamptz NOT NULL DEFAULT now(),
    semantic_weight real NOT NULL, -- the weight of nearness in meaning for a newcomer
    shrinkage integer NOT NULL   -- the number of finished items with which neighbours count by half
);

-- Learners whose list is stale. `mark` changes with every new reason, so that a worker that computed
-- the list for an older mark does not delete the newer one. A claim reserves a learner for a worker
-- for a while without a lock, so that marking never waits for computing.
CREATE SEQUENCE dirty_mark;
CREATE TABLE dirty_learner (
    user_id    integer PRIMARY KEY,
    mark       bigint NOT NULL DEFAULT nextval('dirty_mark'),
    marked_at  timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz
);

CREATE TABLE recommendation (
    user_id     integer PRIMARY KEY,
    body        bytea NOT NULL,  -- the response to the default request, byte for byte
    items       jsonb NOT NULL,  -- the longer list, for requests with a type or a limit
    made_from   jsonb NOT NULL,  -- the versions of the facts it is derived from
    computed_at timestamptz NOT NULL,
    content_ids text[] NOT NULL DEFAULT '{}',  -- the items in `body`, which are published
    revision    bigint NOT NULL DEFAULT -1,    -- of the catalogue it is computed from
    closes_at   timestamptz                    -- when the first of the missions in `items` closes
);
CREATE INDEX recommendation_revision ON recommendation (revision);
CREATE INDEX recommendation_closes_at ON recommendation (closes_at) WHERE closes_at IS NOT NULL;

-- For search: the items of a narrow filter are found by these indexes and compared one by one. The
-- HNSW index is created later (`ai.vectorstore.index`), because a small catalogue is faster without.
CREATE INDEX content_facets ON content (track, level, content_type) INCLUDE (content_id)
    WHERE NOT retired;
CREATE INDEX content_skills ON content USING gin (skills) WHERE NOT retired;
