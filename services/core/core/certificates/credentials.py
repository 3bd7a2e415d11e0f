"""Certificates as Open Badges 3.0 credentials, signed as JSON Web Tokens (VC-JWT)."""

from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import jwt
from django.conf import settings

from core.certificates.models import Certificate, SigningKey
from core.certificates.rsa_keys import load_private_key, public_jwk, thumbprint
from core.kit.errors import Conflict

ALGORITHM = "RS256"
CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
ISSUER_NAME = "Ongoza CyberHub"


class CredentialsOff(Conflict):
    code = "credentials_off"
    detail = "Signed credentials are not set up on this server."


def certificates_url(path: str = "") -> str:
    return f"{settings.API_URL}/api/v1/certificates/{path}"


def verify_url(certificate: Certificate) -> str:
    """The address of the public page, which is the credential's id too."""
    return certificates_url(f"{certificate.pk}/verify/")


def signed_credential(certificate: Certificate) -> str:
    """The compact form of the token. Raises CredentialsOff.

    The public key is recorded first: the token verifies after the setting has another key.
    """
    if not settings.CERTIFICATE_KEY:
        raise CredentialsOff
    key = load_private_key(settings.CERTIFICATE_KEY)
    jwk = public_jwk(key.public_key())
    row, _ = SigningKey.objects.get_or_create(thumbprint=thumbprint(jwk), defaults={"jwk": jwk})
    if row.withdrawn_at:
        raise CredentialsOff
    headers = {"kid": key_url(row)}
    return jwt.encode(_claims(certificate), key, algorithm=ALGORITHM, headers=headers)


def key_url(key: SigningKey) -> str:
    return certificates_url(f"keys/{key.thumbprint}/")


def published_key(key: SigningKey) -> dict[str, str]:
    """A JSON Web Key (RFC 7517). Its id is the address that it is published at."""
    return {**key.jwk, "alg": ALGORITHM, "kid": key_url(key), "use": "sig"}


def revocations(certificate: Certificate) -> dict[str, Any]:
    """The 1EdTech revocation list of one credential."""
    revoked = [{"id": verify_url(certificate), "revoked": True}] if certificate.revoked_at else []
    url = certificates_url(f"{certificate.pk}/status/")
    return {"id": url, "issuer": settings.API_URL, "revokedCredentials": revoked}


def _claims(certificate: Certificate) -> dict[str, Any]:
    """The credential, and the registered claims that repeat its parts."""
    credential = _credential(certificate)
    return {
        **credential,
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": int(certificate.created_at.timestamp()),
    }


def _credential(certificate: Certificate) -> dict[str, Any]:
    url = verify_url(certificate)
    return {
        "@context": list(CONTEXTS),
        "id": url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.program_title,
        "issuer": {"id": settings.API_URL, "type": ["Profile"], "name": ISSUER_NAME},
        "validFrom": f"{certificate.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "credentialSubject": _subject(certificate),
        "evidence": [{"type": ["Evidence"], "narrative": certificate.evidence}],
        "credentialStatus": {
            "id": certificates_url(f"{certificate.pk}/status/"),
            "type": "1EdTechRevocationList",
        },
    }


def _subject(certificate: Certificate) -> dict[str, Any]:
    """The learner under an id of this credential alone, so that credentials cannot be linked."""
    title = certificate.program_title
    return {
        "id": uuid5(NAMESPACE_URL, verify_url(certificate)).urn,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": certificate.name,
                "identityType": "name",
            }
        ],
        "activityEndDate": f"{certificate.completed_on}T00:00:00Z",
        "achievement": {
            "id": uuid5(NAMESPACE_URL, str(certificate.program_version_id)).urn,
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": title,
            "description": f"Completion of the program {title}.",
            "criteria": {
                "narrative": "Every required item of the program is completed, as confirmed by a"
                " check of the platform, a reviewer or staff."
            },
        },
    }
