-- What every generation of the projections shares.

CREATE EXTENSION IF NOT EXISTS vector;

-- Which generations there are; exactly one is live, and the views of schema `live` show its tables.
CREATE TABLE generation (
    name        text PRIMARY KEY CHECK (name ~ '^g[0-9]+$'),
    state       text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    switched_at timestamptz
);
CREATE UNIQUE INDEX generation_one_live ON generation (state) WHERE state = 'live';

CREATE SCHEMA live;

-- Records that could not be understood, byte for byte, until an operator retries or discards them.
CREATE TABLE parked_record (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation   text NOT NULL,
    topic        text NOT NULL,
    partition    integer NOT NULL,
    "offset"     bigint NOT NULL,
    key          bytea,
    value        bytea,
    header_names  text[] NOT NULL,
    header_values bytea[] NOT NULL,
    cause_code   text NOT NULL,
    cause        text NOT NULL,
    parked_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (generation, topic, partition, "offset")
);

-- A text's vector depends on the text and the exact model alone, so generations share it.
CREATE TABLE embedding_cache (
    model       text NOT NULL,
    revision    text NOT NULL,
    precision   text NOT NULL,
    text_sha256 bytea NOT NULL,
    embedding   vector(384) NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model, revision, precision, text_sha256)
);

-- What each worker last did: the worker serves no port, /health and operators read this.
CREATE TABLE worker_status (
    worker          text PRIMARY KEY,
    generation      text NOT NULL,
    started_at      timestamptz NOT NULL,
    heartbeat_at    timestamptz NOT NULL,
    last_applied_at timestamptz,
    applied         bigint NOT NULL,
    ignored         bigint NOT NULL,
    unknown_types   bigint NOT NULL,
    tombstones      bigint NOT NULL,
    parked          bigint NOT NULL
);
