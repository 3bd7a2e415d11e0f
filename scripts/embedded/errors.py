"""The error for a stack that cannot run on this machine."""


class CannotRun(RuntimeError):
    """Something cannot be started here; the message says why and what to do, in plain words."""
