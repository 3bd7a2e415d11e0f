"""Web push on the wire: encryption for one browser (RFC 8291) and our signature (RFC 8292)."""

import base64
import os
import struct
import time
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD_SIZE = 4096
POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
SIGNATURE_SECONDS = 12 * 3600
LAST_RECORD = b"\x02"


def decode(text: str) -> bytes:
    """base64url with or without padding. Raises ValueError."""
    text = text.rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def browser_key(p256dh: str) -> ec.EllipticCurvePublicKey:
    """Raises ValueError for what is no uncompressed point of the curve."""
    point = decode(p256dh)
    if len(point) != POINT_BYTES:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def browser_secret(auth: str) -> bytes:
    """Raises ValueError for a secret of another length."""
    secret = decode(auth)
    if len(secret) != AUTH_BYTES:
        raise ValueError("not 16 bytes")
    return secret


# --- encryption --------------------------------------------------------------------------------
def encrypt(plaintext: bytes, p256dh: str, auth: str) -> bytes:
    """The body of a push message, in one record; only the browser of the subscription reads it."""
    sender = ec.generate_private_key(CURVE)
    return encrypt_with(plaintext, p256dh, auth, sender=sender, salt=os.urandom(SALT_BYTES))


def encrypt_with(
    plaintext: bytes, p256dh: str, auth: str, *, sender: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """`sender` and `salt` are used for one message alone."""
    receiver, own_point = browser_key(p256dh), _point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), receiver)
    info = b"WebPush: info\x00" + _point(receiver) + own_point
    secret = _derive(shared, browser_secret(auth), info, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack(">IB", RECORD_SIZE, len(own_point)) + own_point
    return header + AESGCM(key).encrypt(nonce, plaintext + LAST_RECORD, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


# --- who we are --------------------------------------------------------------------------------
def authorization(origin: str, private_key: str, contact: str) -> str:
    """The header that proves to the push service at `origin` whose message it is."""
    claims = {"aud": origin, "exp": int(time.time()) + SIGNATURE_SECONDS, "sub": contact}
    token = jwt.encode(claims, _signing_key(private_key), algorithm="ES256")
    return f"vapid t={token}, k={public_key(private_key)}"


def public_key(private_key: str) -> str:
    """The `applicationServerKey` with which browsers subscribe."""
    return encode(_point(_signing_key(private_key).public_key()))


@cache
def _signing_key(private_key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(private_key)), CURVE)
