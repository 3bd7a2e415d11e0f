"""Rows of the access matrix: the routes of missions."""

from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For, Route, roles

ABSENT = "018f0000-0000-7000-8000-00000000dead"
MISSION = f"missions/{ABSENT}/"
AUTHORS = roles(Role.DIRECTOR, Role.ADMIN)

MISSION_ROUTES: dict[str, Route] = {
    "GET /missions/": Route(For.USERS),
    "POST /missions/": Route(AUTHORS, body={}),
    "POST /missions/import/": Route(AUTHORS, body={}),
    "GET /missions/import/{import_id}/": Route(AUTHORS, f"missions/import/{ABSENT}/"),
    "GET /missions/{mission_id}/": Route(For.USERS, MISSION),
    "PATCH /missions/{mission_id}/": Route(AUTHORS, MISSION, {}),
    "GET /missions/{mission_id}/export/": Route(AUTHORS, f"{MISSION}export/"),
    "GET /missions/{mission_id}/flags/": Route(For.USERS, f"{MISSION}flags/"),
    "POST /missions/{mission_id}/flags/": Route(For.USERS, f"{MISSION}flags/", {}),
    "POST /missions/{mission_id}/flags/issue/": Route(AUTHORS, f"{MISSION}flags/issue/", {}),
    "GET /missions/{mission_id}/hints/": Route(For.USERS, f"{MISSION}hints/"),
    "PUT /missions/{mission_id}/hints/": Route(AUTHORS, f"{MISSION}hints/", {}),
    "POST /missions/{mission_id}/hints/{number}/unlock/": Route(
        For.USERS, f"{MISSION}hints/1/unlock/"
    ),
    "POST /missions/{mission_id}/publish/": Route(AUTHORS, f"{MISSION}publish/"),
    "POST /missions/{mission_id}/restore/": Route(AUTHORS, f"{MISSION}restore/"),
    "POST /missions/{mission_id}/retire/": Route(AUTHORS, f"{MISSION}retire/"),
    "GET /missions/{mission_id}/rubric/": Route(For.USERS, f"{MISSION}rubric/"),
    "PUT /missions/{mission_id}/rubric/": Route(AUTHORS, f"{MISSION}rubric/", {}),
}
