"""RSA keys as settings and as JSON Web Keys."""

import base64
import hashlib
import json
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

MIN_BITS = 2048


@cache
def load_private_key(text: str) -> RSAPrivateKey:
    """The key that `text` holds: PKCS #8 without a password, as base64. Raises ValueError."""
    try:
        key = load_der_private_key(base64.b64decode(text, validate=True), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no private key") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_BITS:
        raise ValueError(f"no RSA key of {MIN_BITS} bits or more")
    return key


def public_jwk(key: RSAPublicKey) -> dict[str, str]:
    """The members that RFC 7638 makes a thumbprint of."""
    numbers = key.public_numbers()
    return {"e": _encode_number(numbers.e), "kty": "RSA", "n": _encode_number(numbers.n)}


def thumbprint(jwk: dict[str, str]) -> str:
    text = json.dumps(jwk, sort_keys=True, separators=(",", ":"))
    return _encode(hashlib.sha256(text.encode()).digest())


def _encode_number(number: int) -> str:
    return _encode(number.to_bytes((number.bit_length() + 7) // 8))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
