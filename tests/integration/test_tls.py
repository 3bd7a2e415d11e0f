"""nginx with TLS and a certificate of one's own: the committed files, with other places in them."""

import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from scripts.embedded.ports import HOST, free_ports, listens
from scripts.stack.stack import PROJECT
from tests.certificates import Authority
from tests.integration.story import ANSWER_SECONDS, eventually
from tests.missing import skip_but_fail_in_ci

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
FOLDER = PROJECT / "infra" / "nginx"
UPSTREAMS = {"core": "8000", "ai": "8001", "web": "3000"}


class Upstream(BaseHTTPRequestHandler):
    """Answers with the scheme by which nginx says it was asked, and with the trace that it got."""

    def do_GET(self) -> None:
        body = self.headers["X-Forwarded-Proto"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Trace", self.headers.get("traceparent", "none"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not into the output of the tests."""


@pytest.fixture
def upstream() -> Iterator[int]:
    server = ThreadingHTTPServer((HOST, 0), Upstream)
    threading.Thread(target=server.serve_forever).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """The certificate to trust; those of the server are beside it."""
    signer = Authority()
    key = signer.issue("localhost", tmp_path / "key.pem")  # the certificate is in the same file
    shutil.copy(key, tmp_path / "certificate.pem")
    return signer.write(tmp_path / "authority.pem")


def in_place(upstream: int, folder: Path, plain: int, tls: int) -> Path:
    """The committed configuration with these ports and files."""
    text = (FOLDER / "nginx.conf").read_text()
    for name, port in UPSTREAMS.items():
        text = text.replace(f"server {name}:{port};", f"server {HOST}:{upstream};")
    text = text.replace("listen 8080;", f"listen {HOST}:{plain};").replace(" /tmp/", f" {folder}/")
    text = text.replace("/etc/nginx/tls/", f"{folder}/").replace("/dev/stdout", f"{folder}/access")
    listen = (FOLDER / "tls.conf").read_text().replace("8443", f"{HOST}:{tls}")
    (folder / "listen.conf").write_text(listen.replace("/etc/nginx/tls/", f"{folder}/"))
    (folder / "nginx.conf").write_text(text)
    return folder / "nginx.conf"


@pytest.fixture
def ports(upstream: int, authority: Path) -> Iterator[tuple[int, int]]:
    """Of plain HTTP and of TLS."""
    if NGINX is None:
        skip_but_fail_in_ci("nginx is not installed (on Debian: apt-get install nginx-light)")
    plain, tls = free_ports(2)
    file = in_place(upstream, authority.parent, plain, tls)
    command = [NGINX, "-c", str(file), "-g", "daemon off;", "-e", "stderr"]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        eventually(lambda: listens(plain) and listens(tls))
        yield plain, tls
    finally:
        process.terminate()
        process.wait(10)


def get(
    url: str, trusted: ssl.SSLContext | bool = True, headers: dict[str, str] | None = None
) -> httpx.Response:
    return httpx.get(url, verify=trusted, headers=headers, trust_env=False, timeout=ANSWER_SECONDS)


def test_services_are_asked_by_https_with_the_certificate(
    ports: tuple[int, int], authority: Path
) -> None:
    trusted = ssl.create_default_context(cafile=str(authority))
    for path in ("/api/v1/users/me/", "/api/v1/recommendations", "/log-in"):
        answer = get(f"https://localhost:{ports[1]}{path}", trusted)
        assert (answer.status_code, answer.text) == (200, "https")


def test_plain_requests_are_redirected_but_for_the_health_check(ports: tuple[int, int]) -> None:
    plain = f"http://localhost:{ports[0]}"
    answer = get(f"{plain}/log-in?next=/home")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://localhost/log-in?next=/home"
    health = get(f"{plain}/api/v1/health/")
    assert (health.status_code, health.text) == (200, "http")
    for path in ("/api/v1/health/details/", "/api/v1/health/ready/"):
        assert get(f"{plain}{path}").status_code == 308, path


def test_callers_choose_no_trace_and_each_request_is_a_line(
    ports: tuple[int, int], authority: Path
) -> None:
    traced = {"traceparent": f"00-{'0' * 31}1-{'b' * 16}-01", "X-Request-ID": "asked-by-Amani"}
    assert (
        get(f"http://localhost:{ports[0]}/api/v1/health/", headers=traced).headers["X-Trace"]
        == "none"
    )
    access = authority.parent / "access"
    [line] = eventually(lambda: access.read_text().splitlines())
    shown = json.loads(line)
    assert {"time", "level", "logger", "event"} <= shown.keys()
    assert (shown["request_id"], shown["status"]) == ("asked-by-Amani", 200)
