"""The PDF document and the public page of a certificate, read back by other programs."""

import io
import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp
from django.test import Client

from core.certificates.documents import missing_letters, pdf_document
from core.certificates.models import Certificate
from core.certificates.services import revoke_certificate
from tests.unit.core.certificate_rows import certificate
from tests.unit.core.school import World
from tests.unit.core.world import signed_in

pytestmark = pytest.mark.django_db

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
UNKNOWN = "018f0000-0000-7000-8000-00000000dead"
NAMES = ["Ọlábísí Ògúnṣọlá", "Wanjikũ wa Mũthoni", "Ɗanjuma Ƙofar Ɓauchi", "Ŋutsuɖo Ɣevi"]


@pytest.fixture
def row(world: World, settings: Any) -> Certificate:
    settings.API_URL = "https://api.ongoza.example"
    return certificate(world.learner, world.school)


def text_of(document: bytes) -> str:
    (page,) = pypdf.PdfReader(io.BytesIO(document)).pages
    return page.extract_text()


def verify(certificate_id: object, accept: str = "*/*", client: Client | None = None) -> Any:
    path = f"/api/v1/certificates/{certificate_id}/verify/"
    return (client or Client()).get(path, headers={"Accept": accept})


def test_the_document_says_who_completed_what_and_leads_to_the_public_page(
    world: World, row: Certificate
) -> None:
    path = f"/api/v1/certificates/{row.pk}/pdf/"
    token = signed_in(world.learner).token
    response = Client().get(path, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == f'attachment; filename="certificate-{row.pk}.pdf"'
    text = text_of(response.content)
    for part in ("Amina Wanjikũ", "Core", row.evidence, str(row.completed_on.year)):
        assert part in text
    page = pypdfium2.PdfDocument(response.content)[0]
    assert "Amina Wanjikũ" in page.get_textpage().get_text_bounded()
    (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    assert code.text == f"https://api.ongoza.example/api/v1/certificates/{row.pk}/verify/"
    assert code.text in text
    assert pdf_document(row) == response.content


@pytest.mark.parametrize("name", NAMES, ids=["yoruba", "kikuyu", "hausa", "ewe"])
def test_names_with_african_letters_are_printed(name: str, row: Certificate) -> None:
    row.name = name
    assert missing_letters(name) == ""
    assert name in text_of(pdf_document(row))


@pytest.mark.parametrize("name", ["Abena " * 26, "A" * 161], ids=["words", "one word"])
def test_long_names_and_titles_stay_within_the_page(name: str, row: Certificate) -> None:
    row.name, row.program_title = name.strip(), "Détection " * 20
    page = pypdfium2.PdfDocument(pdf_document(row))[0]
    edges = [page.get_textpage().get_charbox(n) for n in range(page.get_textpage().count_chars())]
    assert min(left for left, *_ in edges) > 40
    assert max(right for _, _, right, _ in edges) < page.get_width() - 40


def test_the_longest_name_of_all_letters_stays_under_the_size_that_clients_show(
    row: Certificate,
) -> None:
    row.name = "".join(map(chr, range(0xC0, 0x160)))
    row.program_title = "".join(map(chr, range(33, 127))) + "Détection " * 8
    assert len(pdf_document(row)) < 30_000


def test_everybody_reads_whether_a_certificate_is_valid(world: World, row: Certificate) -> None:
    response = verify(row.pk)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert "Accept" in response["Vary"]
    said = json.loads(response.content)
    assert (said["state"], said["name"], said["program"]) == ("valid", "Amina Wanjikũ", "Core")
    assert {*said} == {
        *("id", "state", "name", "program", "completed_on", "issued_at", "revoked_at", "evidence")
    }
    revoke_certificate(revoked_by=world.admin, certificate_id=row.pk, reason="Copied work")
    revoked = verify(row.pk).content.decode()
    assert json.loads(revoked)["state"] == "revoked"
    assert "Copied" not in revoked


def test_a_malformed_accept_header_gets_json(row: Certificate) -> None:
    response = verify(row.pk, "text/html; a*=bogus''x")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_browser_gets_a_page_that_loads_nothing(world: World, row: Certificate) -> None:
    Certificate.objects.get()
    response = verify(row.pk, BROWSER)
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = response.content.decode()
    assert "This certificate is valid." in page
    assert "Amina Wanjikũ" in page
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = response["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert not re.search(r"<script|<img|<link|style=|href=|src=", page)
    revoke_certificate(revoked_by=world.admin, certificate_id=row.pk, reason="Copied work")
    revoked = verify(row.pk, BROWSER).content.decode()
    assert "It is not valid." in revoked
    assert "Copied" not in revoked


def test_texts_on_the_page_are_no_markup(row: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    row.name = "<b>Amina</b>"
    monkeypatch.setattr("core.certificates.selectors.public_certificate", lambda _: row)
    assert "&lt;b&gt;Amina&lt;/b&gt;" in verify(row.pk, BROWSER).content.decode()


def test_an_unknown_certificate_is_a_404_with_a_page_for_browsers(row: Certificate) -> None:
    page = verify(UNKNOWN, BROWSER)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such certificate." in page.content.decode()
    refused = verify(UNKNOWN)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (404, "not_found")


def test_the_public_page_is_limited(row: Certificate, settings: Any) -> None:
    settings.RATE_LIMITS = {"certificate": (2, 60)}
    assert [verify(row.pk).status_code for _ in range(3)] == [200, 200, 429]
