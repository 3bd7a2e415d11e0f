"""Rows of the access matrix: the routes of reviews."""

from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For, Route, roles

ABSENT = "018f0000-0000-7000-8000-00000000dead"
REVIEW, SUBMISSION = f"reviews/{ABSENT}/", f"submissions/{ABSENT}/"
STAFF = roles(Role.DIRECTOR, Role.ADMIN)
REVIEWERS = STAFF | roles(Role.MENTOR)

REVIEW_ROUTES: dict[str, Route] = {
    "GET /reviews/claims/": Route(REVIEWERS),
    "GET /reviews/queue/": Route(REVIEWERS),
    "GET /reviews/{submission_id}/": Route(REVIEWERS, REVIEW),
    "POST /reviews/{submission_id}/claim/": Route(REVIEWERS, f"{REVIEW}claim/"),
    "POST /reviews/{submission_id}/decide/": Route(REVIEWERS, f"{REVIEW}decide/", {}),
    "PUT /reviews/{submission_id}/draft/": Route(REVIEWERS, f"{REVIEW}draft/", {}),
    "POST /reviews/{submission_id}/extend/": Route(REVIEWERS, f"{REVIEW}extend/"),
    "POST /reviews/{submission_id}/regrade/": Route(STAFF, f"{REVIEW}regrade/", {}),
    "POST /reviews/{submission_id}/release/": Route(REVIEWERS, f"{REVIEW}release/"),
    "POST /reviews/{submission_id}/take-away/": Route(STAFF, f"{REVIEW}take-away/", {}),
    "GET /submissions/{submission_id}/reviews/": Route(For.USERS, f"{SUBMISSION}reviews/"),
    "POST /submissions/{submission_id}/second-opinion/": Route(
        For.USERS, f"{SUBMISSION}second-opinion/"
    ),
    "GET /submissions/{submission_id}/waiting/": Route(For.USERS, f"{SUBMISSION}waiting/"),
}
