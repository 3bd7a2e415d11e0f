"""Wordings that the document and the public page share."""

from datetime import date


def long_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
