from core.limits.throttles import UserThrottle


class ReportsThrottle(UserThrottle):
    """Counts together with the tables that a user exports."""

    scope = "exports"
