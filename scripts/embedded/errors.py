"""What keeps a server from running at all."""


class CannotRun(RuntimeError):
    """A server cannot be run from here; the message says why and what to do."""
