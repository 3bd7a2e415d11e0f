"""How long tokens are valid, and what a token with a scope may do.

Both services refuse a signed token with a longer lifetime, and one whose scope does not allow the
request. The token of a view has the claims `viewer`, the admin, `viewer_gen`, the admin's token
generation when the view began, and `viewer_sid`, the sign-in with which the admin began it: both
services refuse it once the generation was raised or the sign-in has ended.
"""

from collections.abc import Set

ACCESS_TOKEN_SECONDS = 60 * 60
SCOPED_TOKEN_SECONDS = 15 * 60
REFRESH_TOKEN_SECONDS = 7 * 24 * 60 * 60
SERVICE_TOKEN_SECONDS = 60

READ, WRITE, VIEW = "read", "write", "view"
SCOPE_PATTERN = r"^[a-z.]+( [a-z.]+)*$"
"""The claim `scope`: words separated by one space."""


def scope_allows(
    scope: Set[str] | None, method: str, permission: str | None = None, *, private: bool = False
) -> bool:
    """Whether a token with the words of `scope` may make a request; None is a token without scope.

    `write` allows every method, `read` GET and HEAD, and the name of a permission the requests for
    which a route requires that permission. `view` is the scope of an admin who views an account as
    its user: GET and HEAD, but not where a route is `private`. A scope never adds to what the user
    may do.
    """
    if scope is None or WRITE in scope:
        return True
    if method in ("GET", "HEAD") and (READ in scope or (VIEW in scope and not private)):
        return True
    return permission is not None and permission in scope


def viewer_is_consistent(scope: Set[str] | None, viewer: int | None) -> bool:
    """A token names a viewer if it has the scope `view`, and then it has no other."""
    if viewer is None:
        return scope is None or VIEW not in scope
    return scope == {VIEW}
