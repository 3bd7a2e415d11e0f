"""The certificates that clients of HTTP trust, read once: that takes 20 milliseconds of processor
time."""

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates(*, from_environment: bool = False) -> ssl.SSLContext:
    """certifi's; with `from_environment` those of `SSL_CERT_FILE` or `SSL_CERT_DIR`, if set."""
    return httpx.create_ssl_context(trust_env=from_environment)
