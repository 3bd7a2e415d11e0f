-- For how long the oldest fact that a worker had not applied had waited when it last looked, for
-- /health. NULL: not known, for instance because the brokers did not answer.
ALTER TABLE worker_status ADD COLUMN oldest_unapplied_seconds double precision;
