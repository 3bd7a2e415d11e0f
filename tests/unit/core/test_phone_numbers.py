"""Numbers for text messages: verified by a code before anything else is sent there."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from core.config.settings import _RATE_LIMITS
from core.jobs.models import Job
from core.notifications import phone_numbers
from core.notifications.models import PhoneNumber
from core.notifications.phone_numbers import MAX_ATTEMPTS
from core.notifications.sms_channel import send_sms
from core.users.models import User
from tests.http_double import HttpDouble
from tests.unit.core.notified import reader, run_jobs
from tests.unit.core.world import Caller, Refusal, person, refusal, signed_in

pytestmark = pytest.mark.django_db

ROUTE, CONFIRM = "notifications/phone/", "notifications/phone/confirm/"
NUMBER, OTHER_NUMBER = "+254711000000", "+233201234567"
WRONG: Refusal = (403, "wrong_code", [])


@pytest.fixture
def gateway(settings: Any) -> Iterator[HttpDouble]:
    double = HttpDouble()
    settings.SMS_URL = double.url
    yield double
    double.close()


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def code_sent(gateway: HttpDouble, number: str = NUMBER) -> str:
    """Runs what is due; the code in the newest message."""
    run_jobs()
    message = json.loads(gateway.received[-1].body)
    assert message["to"] == number
    found = re.search(r"[0-9]{6}", message["text"])
    assert found is not None
    return found[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_number_counts_once_its_code_is_confirmed(amina: Caller, gateway: HttpDouble) -> None:
    assert refusal(amina.get(ROUTE)) == (404, "not_found", [])
    unverified = {"number": NUMBER, "verified": False}
    assert amina.call("PUT", ROUTE, {"number": NUMBER}) == (200, unverified)
    code = code_sent(gateway)
    assert refusal(amina.post(CONFIRM, {"code": other_than(code)})) == WRONG
    assert amina.get(ROUTE) == (200, unverified)
    verified = {"number": NUMBER, "verified": True}
    assert amina.post(CONFIRM, {"code": code}) == (200, verified)
    assert refusal(amina.post(CONFIRM, {"code": code})) == WRONG
    assert amina.call("PUT", ROUTE, {"number": NUMBER}) == (200, verified)
    run_jobs()
    assert len(gateway.received) == 1


def test_another_number_has_to_be_confirmed_by_its_own_code(
    amina: Caller, gateway: HttpDouble
) -> None:
    amina.call("PUT", ROUTE, {"number": NUMBER})
    first = code_sent(gateway)
    amina.call("PUT", ROUTE, {"number": OTHER_NUMBER})
    assert refusal(amina.post(CONFIRM, {"code": first})) == WRONG
    code = code_sent(gateway, OTHER_NUMBER)
    assert amina.post(CONFIRM, {"code": code})[1] == {"number": OTHER_NUMBER, "verified": True}


def test_a_number_set_while_the_gateway_is_called_gets_its_own_code(
    user: User, amina: Caller, gateway: HttpDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send_and_change(*arguments: Any, **options: Any) -> None:
        monkeypatch.undo()
        amina.call("PUT", ROUTE, {"number": OTHER_NUMBER})
        send_sms(*arguments, **options)

    monkeypatch.setattr(phone_numbers, "send_sms", send_and_change)
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway, OTHER_NUMBER)
    sent_to = [json.loads(received.body)["to"] for received in gateway.received]
    assert sent_to == [NUMBER, OTHER_NUMBER]
    assert amina.post(CONFIRM, {"code": code})[1] == {"number": OTHER_NUMBER, "verified": True}


def test_a_number_that_is_deleted_while_it_is_confirmed_is_no_error(
    user: User, gateway: HttpDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone_numbers.set_phone_number(user=user, number=NUMBER)
    code = code_sent(gateway)
    update = QuerySet.update

    def update_and_delete(rows: Any, **values: Any) -> int:
        changed = update(rows, **values)
        if "verified_at" in values:
            phone_numbers.delete_phone_number(user=user)
        return changed

    monkeypatch.setattr(QuerySet, "update", update_and_delete)
    assert phone_numbers.confirm_phone_number(user=user, code=code).verified_at is not None


def test_a_code_expires_and_allows_few_guesses(amina: Caller, gateway: HttpDouble) -> None:
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway)
    for _ in range(MAX_ATTEMPTS):
        assert refusal(amina.post(CONFIRM, {"code": other_than(code)})) == WRONG
    assert refusal(amina.post(CONFIRM, {"code": code})) == WRONG
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway)
    PhoneNumber.objects.update(code_expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(amina.post(CONFIRM, {"code": code})) == WRONG


def test_a_code_is_the_user_s_own(amina: Caller, gateway: HttpDouble) -> None:
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway)
    baraka = signed_in(person("baraka"))
    assert refusal(baraka.post(CONFIRM, {"code": code})) == WRONG
    assert baraka.get(ROUTE)[0] == 404


def test_no_row_holds_the_code(amina: Caller, gateway: HttpDouble) -> None:
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway)
    phone = PhoneNumber.objects.get()
    assert code not in (phone.code_hash, *Job.objects.values_list("subject", flat=True))


def test_a_code_that_was_not_sent_confirms_nothing(amina: Caller, gateway: HttpDouble) -> None:
    gateway.statuses = [503]
    amina.call("PUT", ROUTE, {"number": NUMBER})
    code = code_sent(gateway)
    assert refusal(amina.post(CONFIRM, {"code": code})) == WRONG
    gateway.statuses = [202]
    amina.call("PUT", ROUTE, {"number": NUMBER})
    assert amina.post(CONFIRM, {"code": code_sent(gateway)})[0] == 200


def test_a_deleted_number_is_gone(amina: Caller, gateway: HttpDouble) -> None:
    amina.call("PUT", ROUTE, {"number": NUMBER})
    for _ in range(2):
        assert amina.call("DELETE", ROUTE) == (204, None)
    run_jobs()
    assert (gateway.received, amina.get(ROUTE)[0]) == ([], 404)


@pytest.mark.parametrize("number", ["", "0711000000", "+0711000000", "+25471", "+254 711 000000"])
def test_a_number_without_its_country_is_refused(
    amina: Caller, gateway: HttpDouble, number: str
) -> None:
    status, _, errors = refusal(amina.call("PUT", ROUTE, {"number": number}))
    assert (status, [field for field, _ in errors]) == (400, ["number"])
    assert not PhoneNumber.objects.exists()


def test_without_a_gateway_text_messages_are_off(amina: Caller) -> None:
    assert refusal(amina.call("PUT", ROUTE, {"number": NUMBER})) == (409, "sms_off", [])
    assert amina.get("notifications/preferences/")[1]["sms"] is False


def test_few_codes_go_to_one_number_whoever_asks(gateway: HttpDouble, settings: Any) -> None:
    limit = _RATE_LIMITS["phone"][0]
    settings.RATE_LIMITS = {"phone": _RATE_LIMITS["phone"]}
    statuses = []
    for number in range(limit + 1):
        caller = signed_in(person(f"user-{number}"))
        statuses.append(caller.call("PUT", ROUTE, {"number": NUMBER})[0])
    assert statuses == [200] * limit + [429]
    for padded in (f" {NUMBER}", f"{NUMBER} ", f"{NUMBER}\t", f"\n{NUMBER}", f"{NUMBER}\u00a0"):
        caller = signed_in(person(f"padded-{len(statuses)}"))
        statuses.append(caller.call("PUT", ROUTE, {"number": padded})[0])
    assert statuses[limit + 1 :] == [400] * 5
    assert PhoneNumber.objects.count() == limit
