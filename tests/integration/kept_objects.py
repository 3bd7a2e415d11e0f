"""Objects for the routes of the OpenAPI documents, made when a request needs them and kept while no
request may have changed them."""

from tests.integration.objects import Values, World, has_ids, maker_of, up_to_last_parameter

ENDED = ("parked_id", "subscription_id")
"""Ids of objects that are ended when the next one is made, or after each role."""


class KeptObjects:
    """The objects of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_route: dict[str, Values] = {}

    def of(self, path: str) -> Values:
        """The ids in a path; none for one without parameters. Raises KeyError for a route that
        nothing is made for."""
        if "{" not in path:
            return {}
        route = up_to_last_parameter(path)
        if route not in self._by_route or any(name in route for name in ENDED):
            self._by_route[route] = maker_of(path)(self._world)
        return self._by_route[route]

    def changed(self, path: str) -> None:
        """The next request gets another object."""
        if has_ids(path):
            self._by_route.pop(up_to_last_parameter(path), None)
