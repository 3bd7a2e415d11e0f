"""Every advisory lock of ai's database, so that no two purposes share a number."""

MIGRATE = "SELECT pg_advisory_xact_lock(7305121875)"

# Writers of learners' data hold the read lock and an erasure holds the write lock, so nothing that
# was read before an erasure is written after it.
LEARNER_READ_LOCK = "SELECT pg_advisory_xact_lock_shared(7305121876)"
LEARNER_WRITE_LOCK = "SELECT pg_advisory_xact_lock(7305121876)"
# The write lock for longer than a transaction.
HOLD_WRITERS = "SELECT pg_advisory_lock(7305121876)"
RELEASE_WRITERS = "SELECT pg_advisory_unlock(7305121876)"

TRY_REBUILD = "SELECT pg_try_advisory_lock(7305121877)"

# One publisher at a time, or two facts about one learner could swap their order.
TRY_ANNOUNCE = "SELECT pg_try_advisory_xact_lock(7305121878)"

TRY_INDEX = "SELECT pg_try_advisory_lock(7305121879)"
RELEASE_INDEX = "SELECT pg_advisory_unlock(7305121879)"

# One mirroring worker at a time, or an older state could overwrite a newer one.
TRY_MIRROR = "SELECT pg_try_advisory_xact_lock(7305121880)"

# One per generation, which is the first schema of the search path.
TRY_COUNT_NEIGHBOURS = (
    "SELECT pg_try_advisory_lock(hashtextextended('item neighbours ' || current_schema(), 0))"
)
RELEASE_COUNT_NEIGHBOURS = (
    "SELECT pg_advisory_unlock(hashtextextended('item neighbours ' || current_schema(), 0))"
)
