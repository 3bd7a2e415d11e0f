"""Certificates are published without names and reasons."""

from core.certificates.models import Certificate
from core.outbox.publications import Publication, register
from ongoza_contracts.certificates import CertificateUpdated

CERTIFICATES = register(
    Publication(
        model=Certificate,
        fact=CertificateUpdated,
        columns={"certificate_id": "id"},
        unpublished={
            "name": "(the name was lost)",
            "program_title": "(the title was lost)",
            "revocation_reason": "",
        },
    )
)
