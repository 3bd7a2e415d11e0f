"""How long tokens are valid, and what a token with a scope may do.

Both services refuse a signed token with a longer lifetime, and one whose scope does not allow the
request.
"""

from collections.abc import Set

ACCESS_TOKEN_SECONDS = 60 * 60
SCOPED_TOKEN_SECONDS = 15 * 60
REFRESH_TOKEN_SECONDS = 7 * 24 * 60 * 60
SERVICE_TOKEN_SECONDS = 60

READ, WRITE = "read", "write"
SCOPE_PATTERN = r"^[a-z.]+( [a-z.]+)*$"
"""The claim `scope`: words separated by one space."""


def scope_allows(scope: Set[str] | None, method: str, permission: str | None = None) -> bool:
    """Whether a token with the words of `scope` may make a request; None is a token without scope.

    `write` allows every method, `read` GET and HEAD, and the name of a permission the requests for
    which a route requires that permission. A scope never adds to what the user may do.
    """
    if scope is None or WRITE in scope:
        return True
    if READ in scope and method in ("GET", "HEAD"):
        return True
    return permission is not None and permission in scope
