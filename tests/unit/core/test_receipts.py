"""Receipts: signed statements of what was handed in, which everybody verifies."""

import base64
import hashlib
import json
from typing import Any

import jwt
import pytest

from core.certificates.credentials import signed_credential
from core.certificates.models import SigningKey
from core.certificates.rsa_keys import load_private_key
from core.certificates.services import withdraw_key
from core.submissions.artifacts import change_text
from core.submissions.models import Artifact, Submission
from core.submissions.receipts import TOKEN_TYPE, ArtifactsLost
from core.submissions.receipts import receipt as sign_receipt
from core.submissions.services import submit
from tests.unit.core.certificate_rows import certificate
from tests.unit.core.restored import after_restore, lost, read_by_commands
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import drafted, mission, submitted
from tests.unit.core.test_certificate_credentials import ORIGIN, new_key
from tests.unit.core.world import NOBODY, refusal, signed_in

pytestmark = pytest.mark.django_db

NOT_VALID = (200, {"valid": False, "statement": None})


@pytest.fixture
def found(world: World, settings: Any) -> Submission:
    settings.API_URL, settings.CERTIFICATE_KEY = ORIGIN, new_key()
    return submitted(world.learner, mission(rubric_version=2), "The first.", "The second.")


def receipt(world: World, found: Submission) -> Any:
    status, body = signed_in(world.learner).get(f"submissions/{found.pk}/receipt/")
    assert status == 200, body
    return body


def verified(token: str) -> Any:
    return NOBODY.post("receipts/verify/", {"receipt": token})


def test_everybody_verifies_a_receipt(world: World, found: Submission) -> None:
    body = receipt(world, found)
    statement = body["statement"]
    assert verified(body["receipt"]) == (200, {"valid": True, "statement": statement})
    hashes = [hashlib.sha256(text).hexdigest() for text in (b"The first.", b"The second.")]
    assert [one["sha256"] for one in statement["artifacts"]] == hashes
    lines = "".join(f"{one}\n" for one in hashes)
    assert statement["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (statement["submission"], statement["user"]) == (str(found.pk), world.learner.pk)
    assert (statement["attempt"], statement["rubric_version"]) == (1, 2)
    assert statement["submitted_at"] == str(found.submitted_at).replace(" ", "T")
    assert receipt(world, found) == body
    assert "The first." not in json.dumps(body)


def test_receipts_of_former_keys_verify_and_those_of_withdrawn_keys_do_not(
    world: World, found: Submission, settings: Any
) -> None:
    old = receipt(world, found)["receipt"]
    settings.CERTIFICATE_KEY = new_key()
    new = receipt(world, found)["receipt"]
    assert old != new
    assert verified(old) == verified(new)
    assert verified(old)[1]["valid"]
    withdraw_key(thumbprint=SigningKey.objects.earliest("created_at").pk)
    assert (verified(old), verified(new)[1]["valid"]) == (NOT_VALID, True)


def test_what_core_did_not_sign_as_a_receipt_is_not_valid(
    world: World, found: Submission, settings: Any
) -> None:
    token = receipt(world, found)["receipt"]
    header, payload, signature = token.split(".")
    other_key = load_private_key(new_key())
    own_key = load_private_key(settings.CERTIFICATE_KEY)
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = jwt.get_unverified_header(token)
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "attempt": 7}).encode()).decode()
    deep = base64.urlsafe_b64encode(b'{"a":' * 2000 + b"1" + b"}" * 2000).decode().rstrip("=")
    bad = {
        "changed": f"{header}.{forged.rstrip('=')}.{signature}",
        "of another key": jwt.encode(claims, other_key, "RS256", headers=headers),
        "without signature": jwt.encode(claims, "", "none", headers={"typ": TOKEN_TYPE}),
        "of another type": jwt.encode(claims, own_key, "RS256", headers={**headers, "typ": "JWT"}),
        "of an unknown key": jwt.encode(
            claims, own_key, "RS256", headers={**headers, "kid": "https://evil.example/keys/x/"}
        ),
        "critical": jwt.encode(claims, own_key, "RS256", headers={**headers, "crit": ["x"]}),
        "a credential": signed_credential(certificate(world.learner, world.school)),
        "nested": f"{deep}.{payload}.{signature}",
        "cut": f"{header}.{payload}",
        "text": "no token",
        "letters": "\N{SNOWMAN}.\N{SNOWMAN}.\N{SNOWMAN}",
    }
    assert {name: verified(one) for name, one in bad.items()} == dict.fromkeys(bad, NOT_VALID)


@pytest.mark.parametrize("body", [{}, {"receipt": ""}, {"receipt": 7}, {"receipt": "x" * 20_001}])
def test_a_malformed_request_is_refused(db: None, body: Any) -> None:
    assert refusal(NOBODY.post("receipts/verify/", body))[:2] == (400, "invalid")


def test_a_draft_has_no_receipt(world: World, settings: Any) -> None:
    settings.CERTIFICATE_KEY = new_key()
    draft = drafted(world.learner, mission())
    answer = signed_in(world.learner).get(f"submissions/{draft.pk}/receipt/")
    assert refusal(answer) == (409, "not_submitted", [])


def test_there_is_none_without_a_key_or_without_what_was_handed_in(
    world: World, found: Submission, settings: Any
) -> None:
    path = f"submissions/{found.pk}/receipt/"
    assert refusal(signed_in(world.foreign).get(path)) == ABSENT
    old = receipt(world, found)["receipt"]
    Artifact.objects.all()[0].delete()
    assert refusal(signed_in(world.learner).get(path)) == (409, "artifacts_lost", [])
    settings.CERTIFICATE_KEY = ""
    assert verified(old)[1]["valid"]


def test_there_is_none_of_other_content_than_was_handed_in(world: World, found: Submission) -> None:
    Artifact.objects.filter(text="The first.").update(sha256=hashlib.sha256(b"Other").hexdigest())
    answer = signed_in(world.learner).get(f"submissions/{found.pk}/receipt/")
    assert refusal(answer) == (409, "artifacts_lost", [])


@pytest.mark.django_db(transaction=True)
def test_there_is_none_of_a_draft_that_a_restore_has_handed_in(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_URL, settings.CERTIFICATE_KEY = ORIGIN, new_key()
    topics = read_by_commands(monkeypatch)
    draft = drafted(world.learner, mission(), "An older text.")
    of_draft: Any = {"user": world.learner, "submission_id": draft.pk}
    with lost(topics):
        change_text(**of_draft, artifact_id=draft.artifact_set.get().pk, text="The newest text.")
        submit(**of_draft)
    after_restore("--apply")
    draft.refresh_from_db()
    assert (draft.state, draft.artifacts, draft.artifact_set.count()) == ("submitted", 1, 1)
    with pytest.raises(ArtifactsLost):
        sign_receipt(draft)


def test_verification_is_limited_like_the_page_of_a_certificate(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = {"certificate": (2, 60)}
    answers = [verified("x")[0] for _ in range(3)]
    assert answers == [200, 200, 429]
