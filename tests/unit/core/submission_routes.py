"""Who may ask the routes of attempts at all. Whom they answer is tested with attempts of learners:
`test_submission_access`, `test_artifacts`."""

from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For, Route, roles

ABSENT = "018f0000-0000-7000-8000-00000000dead"
MISSION, ATTEMPT = f"missions/{ABSENT}/", f"submissions/{ABSENT}/"
ARTIFACT = f"{ATTEMPT}artifacts/{ABSENT}/"
REVIEWERS = roles(Role.MENTOR, Role.DIRECTOR, Role.ADMIN)
INTERNAL = f"internal/{ATTEMPT}"

SUBMISSION_ROUTES: dict[str, Route] = {
    "GET /missions/{mission_id}/extensions/": Route(For.USERS, f"{MISSION}extensions/"),
    "POST /missions/{mission_id}/extensions/": Route(REVIEWERS, f"{MISSION}extensions/", {}),
    "GET /missions/{mission_id}/submissions/": Route(For.USERS, f"{MISSION}submissions/"),
    "POST /missions/{mission_id}/submissions/": Route(For.USERS, f"{MISSION}submissions/"),
    "GET /internal/submissions/{submission_id}/exemplars/": Route(
        For.SERVICES, f"{INTERNAL}exemplars/"
    ),
    "PUT /internal/submissions/{submission_id}/suggestion/": Route(
        For.SERVICES, f"{INTERNAL}suggestion/", {}
    ),
    "POST /receipts/verify/": Route(For.ANYONE, body={}),
    "GET /submissions/{submission_id}/": Route(For.USERS, ATTEMPT),
    "GET /submissions/{submission_id}/artifacts/": Route(For.USERS, f"{ATTEMPT}artifacts/"),
    "POST /submissions/{submission_id}/artifacts/": Route(For.USERS, f"{ATTEMPT}artifacts/", {}),
    "GET /submissions/{submission_id}/artifacts/{artifact_id}/": Route(For.USERS, ARTIFACT),
    "PATCH /submissions/{submission_id}/artifacts/{artifact_id}/": Route(For.USERS, ARTIFACT, {}),
    "DELETE /submissions/{submission_id}/artifacts/{artifact_id}/": Route(For.USERS, ARTIFACT),
    "GET /submissions/{submission_id}/artifacts/{artifact_id}/content/": Route(
        For.USERS, f"{ARTIFACT}content/"
    ),
    "GET /submissions/{submission_id}/receipt/": Route(For.USERS, f"{ATTEMPT}receipt/"),
    "GET /submissions/{submission_id}/similarities/": Route(REVIEWERS, f"{ATTEMPT}similarities/"),
    "POST /submissions/{submission_id}/submit/": Route(For.USERS, f"{ATTEMPT}submit/"),
    "POST /submissions/{submission_id}/withdraw/": Route(For.USERS, f"{ATTEMPT}withdraw/"),
}
