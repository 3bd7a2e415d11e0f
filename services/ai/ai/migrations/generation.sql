-- The projections of one generation, made in a schema of their own (search_path names it).
-- Every table that holds an entity keeps the version of the fact it was written from; the guard
-- `WHERE excluded.version > row.version` makes applying a fact twice, or late, harmless.
-- New columns go to the end of a table: the views of schema `live` are replaced in place, and a
-- migration adds them to the generations that are there.

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

-- Narrow on purpose: pgvector pays dearly for updates of a table with a vector index. An item whose
-- text_sha256 is not its content's document_sha256 waits to be embedded.
CREATE TABLE content_vector (
    content_id  text PRIMARY KEY,
    text_sha256 bytea NOT NULL,
    embedding   vector(384) NOT NULL
);

-- One row, raised with every change of the two tables above, and of `together`: who holds a copy
-- sees that it is old.
CREATE TABLE catalogue_revision (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO catalogue_revision (revision) VALUES (0);

-- Up to where each partition has been applied, in the transaction that applied it.
CREATE TABLE consumed (
    topic       text,
    partition   integer,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
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
    tokens_valid_from timestamptz
);

-- Nothing about these may ever come back, whatever is replayed.
CREATE TABLE erased_learner (
    user_id   integer PRIMARY KEY,
    version   bigint NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now()
);

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
    PRIMARY KEY (user_id, content_id)
);
CREATE INDEX progress_content ON progress (content_id);

CREATE TABLE profiling_session (
    session_id    uuid PRIMARY KEY,
    version       bigint NOT NULL,
    user_id       integer NOT NULL,
    questionnaire text,  -- this and all below: null once the session was deleted
    answers       jsonb,
    result        jsonb,
    started_at    timestamptz,
    completed_at  timestamptz
);
CREATE INDEX profiling_session_user ON profiling_session (user_id);

-- Every other kind of entity (`ai.projections.registry`). A deletion keeps its row for the version.
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

-- Of each item those that learners of it finished as well, the closest ones; made anew in the
-- background, and never compared: it follows from `progress`.
CREATE TABLE together (
    content_id text,
    other_id   text,
    learners   integer NOT NULL,  -- who finished both
    closeness  real NOT NULL,     -- above 0
    PRIMARY KEY (content_id, other_id)
);
CREATE TABLE together_made (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    facts    bigint NOT NULL,   -- completed rows of `progress` it was made from; -1: count again
    recency  real NOT NULL,     -- how much less an earlier step of a learner counts than the next
    in_order boolean NOT NULL,  -- whether what was finished soon after counts more
    ndcg     real,              -- of these settings among all that were tried; null: too few to tell
    made_at  timestamptz NOT NULL DEFAULT now(),
    semantic_weight real NOT NULL, -- how much nearness in meaning weighs for a newcomer
    shrinkage integer NOT NULL   -- with so many items finished, neighbours count by half
);

-- Learners whose list is older than what is known of them. `mark` changes with every new reason, so
-- that whoever recomputed for an older mark leaves the newer one standing. A claim keeps others away
-- for a while and holds no lock, so that whoever marks never waits for whoever recomputes.
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
    made_from   jsonb NOT NULL,  -- the versions of the facts it was made from
    computed_at timestamptz NOT NULL,
    content_ids text[] NOT NULL DEFAULT '{}',  -- of `body`: what other teams are told
    revision    bigint NOT NULL DEFAULT -1     -- of the catalogue it was made from
);
CREATE INDEX recommendation_revision ON recommendation (revision);

-- For search: what a narrow filter lets through is found here and compared one by one. The HNSW index
-- of content_vector is not made here: a small catalogue is faster without (`ai.vectorstore.index`).
CREATE INDEX content_facets ON content (track, level, content_type) INCLUDE (content_id)
    WHERE NOT retired;
CREATE INDEX content_skills ON content USING gin (skills) WHERE NOT retired;
