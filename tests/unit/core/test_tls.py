"""Which certificates core's clients of HTTP trust."""

from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from core.kit.tls import trusted_certificates


@pytest.fixture
def one_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`SSL_CERT_FILE` names a file with the first of certifi's certificates."""
    end = "-----END CERTIFICATE-----\n"
    file = tmp_path / "authority.pem"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    trusted_certificates.cache_clear()
    yield
    trusted_certificates.cache_clear()


@pytest.mark.usefixtures("one_authority")
def test_the_environment_changes_what_is_trusted_only_where_that_is_asked_for() -> None:
    assert len(trusted_certificates().get_ca_certs()) > 50
    assert len(trusted_certificates(from_environment=True).get_ca_certs()) == 1
