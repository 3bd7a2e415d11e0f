"""What an admin's sign-in opens in ai, and that it ends with the sign-in: on the whole stack."""

from dataclasses import replace

import httpx
import pytest

from scripts.stack.stack import Stack
from tests.integration.accounts import API, demo_admin
from tests.integration.story import Learner, eventually

PARKED, LOG_IN = "/admin/parked/", "/admin/login/?next=/admin/parked/"
LISTED = "records that ai could not apply"


@pytest.mark.kafka
def test_a_view_ends_in_both_services_with_the_log_out_of_its_admin(stack: Stack) -> None:
    learner, admin = Learner.signed_up(stack), demo_admin(stack)
    asked = {"reason": "A test of the end of views."}
    begun = admin.core("POST", f"{API}/users/{learner.user_id}/view-as/", json=asked)
    assert begun.status_code == 201, begun.text
    view = replace(learner, token=begun.json()["access_token"])
    assert view.core("GET", f"{API}/users/me/").status_code == 200
    assert view.ai("GET", f"{API}/profiling/tracks").status_code == 200

    given = {"refresh_token": admin.refresh_token}
    assert admin.core("POST", f"{API}/auth/logout/", json=given).status_code == 204

    assert view.core("GET", f"{API}/users/me/").status_code == 401
    eventually(lambda: view.ai("GET", f"{API}/profiling/tracks").status_code == 401)
    assert learner.ai("GET", f"{API}/profiling/tracks").status_code == 200


@pytest.mark.kafka
def test_the_admin_site_lists_the_parked_records_of_ai(stack: Stack) -> None:
    """Once ai has read that the log-in began."""
    with httpx.Client(base_url=stack.core_url, timeout=10, follow_redirects=True) as site:
        site.get(LOG_IN)
        form = {
            "username": "admin@ongoza.example",
            "password": stack.environment["DEMO_PASSWORD"],
            "csrfmiddlewaretoken": site.cookies["csrftoken"],
        }
        assert site.post(LOG_IN, data=form).status_code == 200
        eventually(lambda: LISTED in site.get(PARKED).text)
        confirmation = site.get(f"{PARKED}2147483647/retry/")
        assert "confirmation-form" in confirmation.text
        form = {"csrfmiddlewaretoken": site.cookies["csrftoken"]}
        refused = site.post(f"{PARKED}2147483647/retry/", data=form)
        assert "Record 2147483647: " in refused.text
        assert LISTED in refused.text
