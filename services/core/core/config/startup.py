"""Checks of the configuration before a process starts: called by the last line of the settings."""

import base64
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

from core.certificates.rsa_keys import MIN_BITS, load_private_key
from core.kit.urls import is_confidential
from ongoza_contracts.http.configuration import TOKEN_ALGORITHM, is_origin, secret_fault

SMTP = "django.core.mail.backends.smtp.EmailBackend"
MAILDIR = "core.mail.maildir.MaildirBackend"
REMOVED_SETTINGS = {"FILES_BACKEND": "FILES_S3_BUCKET", "FILES_OPTIONS": "FILES_S3_BUCKET"}
"""By name: the setting that took its place."""
GATEWAY_KEYS = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "MPESA_CONSUMER_KEY")
"""The settings by which a gateway takes real money. The sandbox is refused beside them."""
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def refuse_bad_configuration(
    *,
    secret_key: str,
    jwt_secret_key: str,
    jwt_algorithm: str,
    cors_origins: Sequence[str],
    oidc_providers: Mapping[str, Mapping[str, str]],
    email_backend: str,
    email_host: str,
    jwt_secret_key_previous: str = "",
    vapid_private_key: str = "",
    api_url: str = "http://localhost:8000",
    certificate_key: str = "",
    https_only: bool = False,
    sms_url: str = "",
    files_s3_bucket: str = "",
    files_s3_endpoint_url: str = "",
    payment_sandbox: bool = False,
    gateway_keys: Sequence[str] = (),
    stripe_api_url: str = "",
    mpesa: Mapping[str, str] | None = None,
    mpesa_reversals: Mapping[str, str] | None = None,
    mpesa_api_url: str = "",
    removed_settings: Sequence[str] = (),
) -> None:
    """Raise ImproperlyConfigured naming everything that is wrong, if anything is."""
    wrong = _secret_faults(secret_key, jwt_secret_key, jwt_secret_key_previous)
    if jwt_algorithm != TOKEN_ALGORITHM:
        wrong.append(f"JWT_ALGORITHM is not {TOKEN_ALGORITHM}, the only one there is.")
    wrong += [
        f"CORS_ORIGINS names {origin!r}, which is not one origin such as https://app.example.org."
        for origin in cors_origins
        if not is_origin(origin)
    ]
    for name, provider in oidc_providers.items():
        wrong += _oidc_faults(name, provider)
    if email_backend == SMTP and not email_host:
        wrong.append("EMAIL_HOST is not set: it names the mail server.")
    if vapid_private_key and not _is_private_key(vapid_private_key):
        wrong.append("VAPID_PRIVATE_KEY is not 32 bytes in base64url.")
    wrong += _certificate_faults(api_url, certificate_key, https_only=https_only)
    if sms_url and not is_confidential(sms_url):
        wrong.append("SMS_URL is no https URL.")
    wrong += _s3_faults(files_s3_bucket, files_s3_endpoint_url)
    wrong += _sandbox_faults(gateway_keys, payment_sandbox=payment_sandbox)
    wrong += _mpesa_faults(mpesa or {}, mpesa_reversals or {})
    wrong += _gateway_url_faults(mpesa_api_url, stripe_api_url)
    wrong += [
        f"{name} is not read any more: {REMOVED_SETTINGS[name]} took its place."
        for name in removed_settings
    ]
    if wrong:
        raise ImproperlyConfigured("core does not start. " + " ".join(wrong))


def _sandbox_faults(gateway_keys: Sequence[str], *, payment_sandbox: bool) -> list[str]:
    wrong = []
    if payment_sandbox and gateway_keys:
        wrong.append(f"PAYMENT_SANDBOX is set beside {', '.join(gateway_keys)}: unset one of them.")
    if "STRIPE_WEBHOOK_SECRET" in gateway_keys and "STRIPE_SECRET_KEY" not in gateway_keys:
        wrong.append("STRIPE_WEBHOOK_SECRET is set without STRIPE_SECRET_KEY.")
    return wrong


def _mpesa_faults(mpesa: Mapping[str, str], reversals: Mapping[str, str]) -> list[str]:
    """Reversals need everything; M-Pesa works without them."""
    needed = {**mpesa, **reversals} if any(reversals.values()) else mpesa
    if not any(needed.values()):
        return []
    return [f"{name} is not set, beside others of M-Pesa." for name in needed if not needed[name]]


def _gateway_url_faults(mpesa_api_url: str, stripe_api_url: str) -> list[str]:
    urls = {"MPESA_API_URL": mpesa_api_url, "STRIPE_API_URL": stripe_api_url}
    return [
        f"{name} is no https URL." for name, url in urls.items() if url and not is_confidential(url)
    ]


def _secret_faults(secret_key: str, jwt_secret_key: str, previous: str) -> list[str]:
    secrets = {"DJANGO_SECRET_KEY": secret_key, "JWT_SECRET_KEY": jwt_secret_key}
    if previous:
        secrets["JWT_SECRET_KEY_PREVIOUS"] = previous
    faults = [
        f"{name} {fault}." for name, value in secrets.items() if (fault := secret_fault(value))
    ]
    faults += [
        f"DJANGO_SECRET_KEY and {name} are equal."
        for name, value in secrets.items()
        if name != "DJANGO_SECRET_KEY" and value and value == secret_key
    ]
    return faults


def _certificate_faults(api_url: str, key: str, *, https_only: bool) -> list[str]:
    """Certificates name the origin for good, so the default would be an error for years."""
    faults = []
    if not is_origin(api_url):
        faults.append("API_URL is not one origin such as https://api.example.org.")
    elif https_only and not api_url.startswith("https://"):
        faults.append("API_URL does not begin with https://, which HTTPS_ONLY asks for.")
    if key and not _is_rsa_key(key):
        faults.append(f"CERTIFICATE_KEY is no RSA key of {MIN_BITS} bits in PKCS #8 as base64.")
    return faults


def _is_private_key(text: str) -> bool:
    """Whether it is a number that a private key of the curve P-256 can be."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", text):
        return False
    number = int.from_bytes(base64.urlsafe_b64decode(text.rstrip("=") + "="))
    return 0 < number < P256_ORDER


def _is_rsa_key(text: str) -> bool:
    try:
        load_private_key(text)
    except ValueError:
        return False
    return True


def _s3_faults(bucket: str, endpoint_url: str) -> list[str]:
    """A bucket without the package would fail with the first file."""
    faults = []
    if bucket and find_spec("storages") is None:
        faults.append("FILES_S3_BUCKET is set: install core with its extra s3.")
    if endpoint_url and not bucket:
        faults.append("FILES_S3_ENDPOINT_URL is set without FILES_S3_BUCKET.")
    if endpoint_url and not is_confidential(endpoint_url):
        faults.append("FILES_S3_ENDPOINT_URL is no https URL.")
    return faults


def _oidc_faults(name: str, provider: Mapping[str, str]) -> list[str]:
    """The name is a part of routes and of the names of variables."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return [f"OIDC_PROVIDERS names {name!r}; use small letters, digits and _."]
    prefix = f"OIDC_{name.upper()}"
    faults = [
        f"{prefix}_{part.upper()} is not set."
        for part in ("issuer", "client_id", "client_secret")
        if not provider[part]
    ]
    if provider["issuer"] and not is_confidential(provider["issuer"]):
        faults.append(f"{prefix}_ISSUER is no https URL.")
    return faults
