-- What operators decided about refused records, wherever they are read again.
CREATE TABLE parked_decision (
    topic      text NOT NULL,
    partition  integer NOT NULL,
    "offset"   bigint NOT NULL,
    digest     bytea NOT NULL,
    decision   text NOT NULL CHECK (decision IN ('accepted', 'discarded')),
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset", digest)
);
