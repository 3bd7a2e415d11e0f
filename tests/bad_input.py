"""Malformed bodies, with the status and the code that every route answers."""

import gzip

JSON = "application/json"

# name: (body, status, code); the body is sent as application/json
BODIES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "invalid"),
    "null": (b"null", 400, "invalid"),
    "a list": (b"[]", 400, "invalid"),
    "a text": (b'"hello"', 400, "invalid"),
    "a number": (b"7", 400, "invalid"),
    "truncated": (b'{"a": ', 400, "malformed_json"),
    "bad UTF-8": (b'{"a": "\xff"}', 400, "malformed_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "malformed_json"),
    "two documents": (b"{}{}", 400, "malformed_json"),
    "1,000 deep": (b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}", 400, "too_deep"),
    "100,000 deep": (b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
    "100,000 deep and never closed": (b'{"a":' * 40_000, 400, "too_deep"),
    "NaN": (b'{"a": NaN}', 400, "not_finite"),
    "Infinity": (b'{"a": Infinity}', 400, "not_finite"),
    "-Infinity": (b'{"a": -Infinity}', 400, "not_finite"),
    "1e400": (b'{"a": 1e400}', 400, "not_finite"),
    "a lone surrogate": (b'{"a": "\\ud800"}', 400, "bad_text"),
    "a lone surrogate in a key": (b'{"\\udfff": 1}', 400, "bad_text"),
    "a NUL": (b'{"a": "\\u0000"}', 400, "bad_text"),
    "a key twice": (b'{"a": 1, "a": 2}', 400, "duplicate_key"),
    "an integer of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", 400, "out_of_range"),
    "2^63": (b'{"a": 9223372036854775808}', 400, "out_of_range"),
    "an unknown field": (b'{"surprise": 1}', 400, "unknown_field"),
    "257 KiB": (b'{"a": "' + b"x" * 257 * 1024 + b'"}', 413, "payload_too_large"),
}

# name: (headers, body)
MEDIA: dict[str, tuple[dict[str, str], bytes]] = {
    "no type": ({}, b"{}"),
    "text": ({"Content-Type": "text/plain"}, b"{}"),
    "any type": ({"Content-Type": "*/*"}, b"{}"),
    "any type of application": ({"Content-Type": "application/*"}, b"{}"),
    "JSON with an unknown parameter": ({"Content-Type": f"{JSON}; version=1"}, b"{}"),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=1"),
    "multipart": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--"),
    "XML": ({"Content-Type": "text/xml; charset=bogus"}, b"<a/>"),
    "an unknown charset": ({"Content-Type": f"{JSON}; charset=bogus"}, b"{}"),
    "UTF-16": ({"Content-Type": f"{JSON}; charset=utf-16"}, "{}".encode("utf-16")),
    "gzip": ({"Content-Type": JSON, "Content-Encoding": "gzip"}, gzip.compress(b"{}")),
    "a bomb": ({"Content-Type": JSON, "Content-Encoding": "gzip"}, gzip.compress(b" " * 10**6)),
}
