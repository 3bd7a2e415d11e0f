"""Which addresses secrets may be sent to."""

from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_confidential(url: str) -> bool:
    """Whether nobody on the way reads what is sent to this URL: https, or http on loopback."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    is_text = url.isascii() and url.isprintable() and " " not in url
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return is_text and is_safe and bool(host)
