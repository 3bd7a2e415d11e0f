"""The public page of a certificate: plain HTML that loads nothing."""

import base64
import hashlib
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from core.certificates.models import Certificate
from core.certificates.texts import long_date
from core.kit.content_policy import HEADER

STYLE = """
body { margin: 0; background: #f3f5f7; color: #1b2430; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 3rem auto; padding: 2rem; background: #fff;
  border: 1px solid #d5dbe1; border-top: 6px solid #0f6b5c; border-radius: 6px; }
main.revoked { border-top-color: #b3261e; }
main.unknown { border-top-color: #5b6673; }
h1 { margin: 0 0 1.5rem; font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }
p { margin: 0; }
dl { margin: 0; }
dt { margin-top: 1rem; color: #5b6673; font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.issuer { color: #5b6673; font-size: .875rem; }
@media (max-width: 40rem) { main { margin: 0; border-width: 6px 0 0; border-radius: 0; } }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def verification_page(certificate: Certificate | None) -> HttpResponse:
    """404 for None, an unknown certificate."""
    context: dict[str, Any] = {"certificate": certificate, "style": STYLE}
    if certificate is not None:
        context |= {
            "completed_on": long_date(certificate.completed_on),
            "issued_on": long_date(certificate.created_at.date()),
            "revoked_on": certificate.revoked_at and long_date(certificate.revoked_at.date()),
        }
    text = render_to_string("certificates/verification.html", context)
    status = 200 if certificate else 404
    return HttpResponse(text, status=status, headers={HEADER: PAGE_POLICY})
