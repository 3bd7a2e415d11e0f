"""Certificates as Open Badges 3.0 credentials, verified by libraries that did not sign them."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from jose import jwt as independent
from jose.exceptions import JWTError

from core.certificates.models import Certificate, SigningKey
from core.certificates.rsa_keys import load_private_key
from core.certificates.services import revoke_certificate, withdraw_key
from scripts.web.node import NODE, npm
from tests.unit.core.certificate_rows import certificate
from tests.unit.core.school import World
from tests.unit.core.world import admin_site_client, refusal, signed_in

pytestmark = pytest.mark.django_db

ORIGIN = "https://api.ongoza.example"
BADGES = Path(__file__).parents[2] / "contract" / "badges"


def new_key(bits: int = 2048) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    form = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(key.private_bytes(*form)).decode()


@pytest.fixture(scope="module")
def key() -> str:
    return new_key()


@pytest.fixture
def row(world: World, settings: Any, key: str) -> Certificate:
    settings.API_URL, settings.CERTIFICATE_KEY = ORIGIN, key
    return certificate(world.learner, world.school)


def read(path: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get(f"/api/v1/certificates/{path}", headers=headers)


def credential(world: World, row: Certificate) -> str:
    response = read(f"{row.pk}/credential/", signed_in(world.learner).token or "")
    assert (response.status_code, response["Content-Type"]) == (200, "application/vc+jwt")
    return str(response.content.decode())


def keys() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read("keys/").content)
    return found


def claims(token: str) -> dict[str, Any]:
    """Raises JWTError for a token that the published keys do not verify."""
    return independent.decode(token, keys(), algorithms=["RS256"])


def test_a_credential_verifies_with_the_published_keys(world: World, row: Certificate) -> None:
    token = credential(world, row)
    assert len(token) < 5_000  # what clients show of it
    found = claims(token)
    assert found["iss"] == found["issuer"]["id"] == ORIGIN
    assert found["jti"] == found["id"] == f"{ORIGIN}/api/v1/certificates/{row.pk}/verify/"
    assert found["sub"] == found["credentialSubject"]["id"]
    assert found["nbf"] == int(row.created_at.timestamp())
    assert found["credentialSubject"]["identifier"][0]["identityHash"] == "Amina Wanjikũ"
    assert found["evidence"][0]["narrative"] == row.evidence
    assert credential(world, row) == token
    header = independent.get_unverified_header(token)
    assert header.keys() <= {"alg", "kid", "jwk", "typ"}
    address = header["kid"].removeprefix(f"{ORIGIN}/api/v1/certificates/")
    assert json.loads(read(address).content) == keys()["keys"][0]


def test_a_changed_credential_does_not_verify(world: World, row: Certificate) -> None:
    header, body, signature = credential(world, row).split(".")
    padded = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    changed = padded.replace(b"Amina", b"Baraka")
    assert changed != padded
    forged = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    with pytest.raises(JWTError):
        claims(f"{header}.{forged}.{signature}")


@pytest.mark.slow
def test_a_credential_is_accepted_by_libraries_of_another_language(
    world: World, row: Certificate
) -> None:
    npm(BADGES, "ci", "--no-audit", "--no-fund")
    given = json.dumps({"token": credential(world, row), "keys": keys()})
    done = subprocess.run(  # noqa: S603
        [NODE, "verify.mjs"],
        cwd=BADGES,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["claims"]["id"].endswith(f"{row.pk}/verify/")
    assert said["header"]["alg"] == "RS256"
    assert [one.rpartition("#")[2] for one in said["types"]] == [
        *("VerifiableCredential", "OpenBadgeCredential")
    ]


def test_a_credential_verifies_after_another_key_took_over(
    world: World, row: Certificate, settings: Any
) -> None:
    old = credential(world, row)
    settings.CERTIFICATE_KEY = new_key()
    new = credential(world, row)
    assert claims(old) == claims(new)
    assert len({one["kid"] for one in keys()["keys"]}) == 2
    assert all("d" not in one for one in keys()["keys"])


def test_a_withdrawn_key_verifies_and_signs_nothing(world: World, row: Certificate) -> None:
    token = credential(world, row)
    key = SigningKey.objects.get()
    client = admin_site_client(world.admin)
    url = f"/admin/certificates/signingkey/{key.pk}/withdraw/"
    assert client.post(url, {}).status_code == 302
    withdraw_key(thumbprint=key.pk)
    assert keys() == {"keys": []}
    assert read(f"keys/{key.pk}/").status_code == 404
    with pytest.raises(JWTError):
        claims(token)
    refused = signed_in(world.learner).get(f"certificates/{row.pk}/credential/")
    assert refusal(refused) == (409, "credentials_off", [])


def test_without_a_key_there_are_no_credentials(
    world: World, row: Certificate, settings: Any
) -> None:
    settings.CERTIFICATE_KEY = ""
    refused = signed_in(world.learner).get(f"certificates/{row.pk}/credential/")
    assert refusal(refused) == (409, "credentials_off", [])
    assert SigningKey.objects.count() == 0


def test_the_status_of_a_credential_names_it_once_it_is_revoked(
    world: World, row: Certificate
) -> None:
    found = claims(credential(world, row))
    address = found["credentialStatus"]["id"].removeprefix(f"{ORIGIN}/api/v1/certificates/")
    valid = {"id": found["credentialStatus"]["id"], "issuer": ORIGIN, "revokedCredentials": []}
    assert json.loads(read(address).content) == valid
    revoke_certificate(revoked_by=world.admin, certificate_id=row.pk, reason="Copied work")
    revoked = {**valid, "revokedCredentials": [{"id": found["id"], "revoked": True}]}
    assert json.loads(read(address).content) == revoked


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="2048 bits"):
        load_private_key(new_key(1024))
