"""Certificates as Open Badges 3.0 credentials, signed as JSON Web Tokens (VC-JWT)."""

from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from core.certificates.models import Certificate, SigningKey
from core.certificates.signing import ALGORITHM, certificates_url, key_url, sign

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
ISSUER_NAME = "Ongoza CyberHub"


def verify_url(certificate: Certificate) -> str:
    """The address of the public page, which is the credential's id too."""
    return certificates_url(f"{certificate.pk}/verify/")


def signed_credential(certificate: Certificate) -> str:
    """The compact form of the token. Raises CredentialsOff."""
    return sign(_claims(certificate))


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
