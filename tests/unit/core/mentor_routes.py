"""The routes of mentors, requests, matches and sessions for the access matrix."""

from tests.access_matrix import For, Route

ABSENT = "018f0000-0000-7000-8000-00000000dead"
REQUEST = f"mentorship/requests/{ABSENT}/"
MATCH = f"mentorship/matches/{ABSENT}/"
SESSION = f"mentorship/sessions/{ABSENT}/"
NOBODY = "mentors/2147483647/"
A_DAY = "slots/?from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:00Z"

MENTORSHIP: dict[str, Route] = {
    "GET /mentors/": Route(For.USERS),
    "GET /mentors/{mentor_id}/": Route(For.USERS, NOBODY),
    "PUT /mentors/{mentor_id}/": Route(For.USERS, NOBODY, {}),
    "GET /mentors/{mentor_id}/slots/": Route(For.USERS, f"{NOBODY}{A_DAY}"),
    "GET /mentorship/requests/": Route(For.USERS),
    "POST /mentorship/requests/": Route(For.USERS, body={"mentor": 0}),
    "GET /mentorship/requests/{request_id}/": Route(For.USERS, REQUEST),
    "POST /mentorship/requests/{request_id}/accept/": Route(For.USERS, f"{REQUEST}accept/"),
    "POST /mentorship/requests/{request_id}/decline/": Route(For.USERS, f"{REQUEST}decline/"),
    "POST /mentorship/requests/{request_id}/withdraw/": Route(For.USERS, f"{REQUEST}withdraw/"),
    "GET /mentorship/matches/": Route(For.USERS),
    "GET /mentorship/matches/{match_id}/": Route(For.USERS, MATCH),
    "POST /mentorship/matches/{match_id}/end/": Route(For.USERS, f"{MATCH}end/", {}),
    "GET /mentorship/sessions/": Route(For.USERS),
    "POST /mentorship/sessions/": Route(For.USERS, body={}),
    "GET /mentorship/sessions/{session_id}/": Route(For.USERS, SESSION),
    "POST /mentorship/sessions/{session_id}/move/": Route(For.USERS, f"{SESSION}move/", {}),
    "POST /mentorship/sessions/{session_id}/confirm/": Route(For.USERS, f"{SESSION}confirm/"),
    "POST /mentorship/sessions/{session_id}/cancel/": Route(For.USERS, f"{SESSION}cancel/"),
    "POST /mentorship/sessions/{session_id}/attendance/": Route(
        For.USERS, f"{SESSION}attendance/", {}
    ),
    "POST /mentorship/sessions/{session_id}/feedback/": Route(For.USERS, f"{SESSION}feedback/", {}),
}
