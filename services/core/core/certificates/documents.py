"""Certificates as PDF documents: one page, with the address of the public page as a QR code."""

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from core.certificates.credentials import ISSUER_NAME, verify_url
from core.certificates.models import Certificate
from core.certificates.texts import long_date

FONT = "NotoSans"
WIDTH, HEIGHT = landscape(A4)
MIDDLE, MARGIN = WIDTH / 2, 28
TEXT_WIDTH = WIDTH - 200
QR_SIZE = 92
INK, MUTED, ACCENT = HexColor("#1b2430"), HexColor("#5b6673"), HexColor("#0f6b5c")


def missing_letters(text: str) -> str:
    """The letters that the font lacks. It would print boxes in their place."""
    known: Any = load_font().face.charToGlyph
    return "".join(sorted({letter for letter in text if ord(letter) not in known}))


def pdf_document(certificate: Certificate) -> bytes:
    """The same bytes for the same certificate."""
    load_font()
    target = BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"{certificate.program_title}: {certificate.name}")
    canvas.setAuthor(ISSUER_NAME)
    _draw_frame(canvas)
    _write(canvas, ISSUER_NAME, 505, 15, ACCENT)
    _write(canvas, "Certificate of completion", 452, 34, INK)
    _write(canvas, "This certifies that", 415, 13, MUTED)
    _write(canvas, certificate.name, 360, 30, INK)
    _write(canvas, "has completed the program", 306, 13, MUTED)
    _write(canvas, certificate.program_title, 262, 23, ACCENT)
    _write(canvas, f"on {long_date(certificate.completed_on)}", 214, 13, MUTED)
    _draw_verification(canvas, certificate)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_frame(canvas: Canvas) -> None:
    canvas.setStrokeColor(ACCENT)
    for inset, width in ((MARGIN, 2.2), (MARGIN + 7, 0.6)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _write(canvas: Canvas, text: str, baseline: float, size: float, color: Color) -> None:
    """Write a centred text, smaller and on two lines if it is too long for one."""
    while len(lines := simpleSplit(text, FONT, size, TEXT_WIDTH)) > 2 or _width(lines, size) > (
        TEXT_WIDTH
    ):
        size -= 1
    canvas.setFillColor(color)
    canvas.setFont(FONT, size)
    first = baseline + size * 0.6 * (len(lines) - 1)
    for number, line in enumerate(lines):
        canvas.drawCentredString(MIDDLE, first - number * size * 1.2, line)


def _width(lines: list[str], size: float) -> float:
    """Of the longest line: a word alone may be longer than a line."""
    return max(pdfmetrics.stringWidth(line, FONT, size) for line in lines)


def _draw_verification(canvas: Canvas, certificate: Certificate) -> None:
    url, left, bottom = verify_url(certificate), MARGIN + 40, MARGIN + 34
    lines = (
        f"Issued on {long_date(certificate.created_at.date())}",
        certificate.evidence,
        "Verify this certificate at",
        url,
    )
    canvas.setFillColor(MUTED)
    canvas.setFont(FONT, 9)
    for number, line in enumerate(lines):
        canvas.drawString(left + QR_SIZE + 18, bottom + QR_SIZE - 22 - number * 17, line)
    code = QrCodeWidget(url, barLevel="M", barWidth=QR_SIZE, barHeight=QR_SIZE)
    drawing = Drawing(QR_SIZE, QR_SIZE)
    drawing.add(code)
    renderPDF.draw(drawing, canvas, left, bottom)
    canvas.linkURL(url, (left, bottom, left + QR_SIZE, bottom + QR_SIZE))


@cache
def load_font() -> TTFont:
    """The font, known to reportlab by its name."""
    path = files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
    font = TTFont(FONT, str(path))
    pdfmetrics.registerFont(font)
    return font
