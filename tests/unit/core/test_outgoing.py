"""Calls to addresses that users give, against servers on loopback and invented name servers."""

import socket
import ssl
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import httpcore
import pytest

from core.kit import outgoing
from core.kit.outgoing import AddressRefused, CallFailed, post, refuse_private
from tests.certificates import Authority
from tests.http_double import serve

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.7"
NOT_PUBLIC = (
    "0.0.0.0",  # noqa: S104  (refused, not listened on)
    *("10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
    *("192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::a00:1"),
    *("2001:db8::1", "2002:a00:1::", "2001:0:a00:1::", "fc00::1", "fe80::1", "fec0::1", "ff0e::1"),
)
MALFORMED = (
    *("", "example.org", "http://example.org/", "ftp://example.org/", "https://", "https:///path"),
    *("https://user@example.org/", "https://user:word@example.org/", "https://example.org/#part"),
    *("https://example.org:99999/", "https://[::1/", "https://exa mple.org/", "https://é.example/"),
    *("https://example.org/\r\nx: y", "file:///etc/passwd", "https://@example.org/"),
)


class Server:
    """Answers every POST as a test says, and remembers what arrived."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.status, self.headers, self.body = 201, {}, b"thanks"  # type: ignore[var-annotated]
        self.trickled = b""
        self.calls: list[tuple[str, str, bytes]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        serve(self.server)
        self.port = self.server.server_port
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                server.calls.append((self.path, self.headers["Host"], self.rfile.read(length)))
                for byte in server.trickled:
                    time.sleep(0.1)
                    self.wfile.write(bytes([byte]))
                self.send_response(server.status)
                for name, value in {"Content-Length": len(server.body), **server.headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(server.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def to_loopback(settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True


@pytest.fixture
def public_only(settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer questions for addresses in turn, the last for ever; the hosts that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.usefixtures("public_only")
@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, [address])
    with pytest.raises(AddressRefused):
        refuse_private("https://example.org/")


@pytest.mark.usefixtures("public_only")
@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1::1"])
def test_a_public_address_is_allowed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolve_to(monkeypatch, [address])
    refuse_private("https://example.org/path?query=1")
    assert asked == ["example.org"]


@pytest.mark.usefixtures("public_only")
@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::1]"])
def test_another_spelling_of_loopback_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        refuse_private(f"https://{host}/")


@pytest.mark.usefixtures("to_loopback")
@pytest.mark.parametrize("url", MALFORMED)
def test_a_url_that_is_malformed_or_not_https_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, [PUBLIC])
    with pytest.raises(AddressRefused):
        refuse_private(url)


@pytest.mark.usefixtures("to_loopback")
@pytest.mark.parametrize("address", [one for one in NOT_PUBLIC if one not in ("127.0.0.1", "::1")])
def test_the_setting_for_tests_allows_nothing_but_loopback(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, [address])
    with pytest.raises(AddressRefused):
        refuse_private("https://example.org/")


@pytest.mark.usefixtures("public_only")
def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, [PUBLIC, PRIVATE])
    with pytest.raises(AddressRefused):
        refuse_private("https://example.org/")


@pytest.mark.usefixtures("public_only")
def test_a_name_is_resolved_once_and_the_checked_address_is_called(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def connect_tcp(_: Any, host: str, *__: Any) -> Any:
        called.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
    asked = resolve_to(monkeypatch, [PUBLIC], ["127.0.0.1"])
    with pytest.raises(CallFailed):
        post(f"https://example.org:{server.port}/", b"fact", {})
    assert (asked, called, server.calls) == (["example.org"], [PUBLIC], [])


@pytest.mark.usefixtures("public_only")
def test_a_name_server_that_does_not_answer_is_left_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "MAX_SECONDS", 0.2)
    answered = Event()

    def wait(*_: Any, **__: Any) -> list[Any]:
        answered.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    try:
        with pytest.raises(CallFailed, match="ConnectTimeout"):
            post("https://example.org/", b"fact", {})
        with pytest.raises(AddressRefused, match="not known"):
            refuse_private("https://example.org/")
    finally:
        answered.set()


@pytest.mark.usefixtures("public_only")
def test_loopback_is_not_called_without_the_setting(server: Server) -> None:
    with pytest.raises(AddressRefused):
        post(server.url, b"fact", {})
    assert server.calls == []


@pytest.mark.usefixtures("to_loopback")
def test_post_sends_the_body_and_answers_the_status(server: Server) -> None:
    assert post(server.url, b"fact", {"Content-Type": "text/plain"}).status == 201
    assert server.calls == [("/hook", f"localhost:{server.port}", b"fact")]


@pytest.mark.usefixtures("to_loopback")
def test_a_redirect_is_a_reply_and_is_not_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": server.url}
    assert post(server.url, b"fact", {}).status == 302
    assert len(server.calls) == 1


@pytest.mark.usefixtures("to_loopback")
def test_a_proxy_of_the_environment_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert post(server.url, b"fact", {}).status == 201


@pytest.mark.usefixtures("to_loopback")
def test_a_server_that_trickles_its_answer_is_left_at_the_deadline(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MAX_SECONDS", 0.5)
    server.trickled = b"HTTP/1.1 201 Created\r\n" * 10  # for 22 seconds
    started = time.monotonic()
    with pytest.raises(CallFailed):
        post(server.url, b"fact", {})
    assert time.monotonic() - started < 11


@pytest.mark.usefixtures("to_loopback")
def test_a_port_where_nobody_listens_is_a_failed_call(server: Server) -> None:
    server.close()
    with pytest.raises(CallFailed):
        post(server.url, b"fact", {})


@pytest.mark.usefixtures("to_loopback")
def test_the_certificate_must_be_for_the_name_of_the_url(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority()
    server = Server(authority.issue("localhost", tmp_path / "server.pem"))
    trusting = ssl.create_default_context(cafile=authority.write(tmp_path / "authority.pem"))
    monkeypatch.setattr(outgoing, "trusted_certificates", lambda **_: trusting)
    assert post(server.url, b"fact", {}).status == 201
    resolve_to(monkeypatch, ["127.0.0.1"])
    with pytest.raises(CallFailed):
        post(server.url.replace("localhost", "example.org"), b"fact", {})
    server.close()
