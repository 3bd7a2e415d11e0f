"""Objects for the routes of the OpenAPI documents, made when a request needs one, and again after a
write that may have ended it."""

from tests.integration.objects import Values, World, has_ids, maker_of, up_to_last_parameter

SINGLE_USE = ("parked_id", "subscription_id")
"""Ids of objects that are ended when the next one is made, or after each role."""


class ObjectCache:
    """The ids of objects of one world, by route."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ids: dict[str, Values] = {}

    def get(self, path: str) -> Values:
        """The ids in a path; none for one without parameters. Raises KeyError for a route that
        nothing is made for."""
        if "{" not in path:
            return {}
        route = up_to_last_parameter(path)
        if route not in self._ids or any(name in route for name in SINGLE_USE):
            self._ids[route] = maker_of(path)(self._world)
        return self._ids[route]

    def invalidate(self, path: str) -> None:
        """After a write that was accepted: the object of the path, and all of them for a path that
        names none, such as one that ends all sign-ins."""
        if has_ids(path):
            self._ids.pop(up_to_last_parameter(path), None)
        else:
            self._ids.clear()
