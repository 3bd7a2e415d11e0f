"""What keeps the stack from running at all."""


class CannotRun(RuntimeError):
    """Something cannot be started here; the message says why and what to do, in plain words."""
