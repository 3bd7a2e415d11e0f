"""How both services read the ETags that a client names."""

import pytest

from ai.kit.etags import matches, weak_etag
from core.kit.etags import parse_if_match
from ongoza_contracts.http.etags import ANY, parse_etags


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ('"a"', {'"a"'}),
        ('W/"a" , "b"', {'"a"', '"b"'}),
        (" * ", {ANY}),
        ('"ä"', {'"ä"'}),
        ('a, "b, w/"c", "d e", ""', {'""'}),
        ("", set()),
        ('*, "a"', {'"a"'}),
    ],
)
def test_tags_are_read_alike_in_both_services(header: str, tags: set[str]) -> None:
    assert parse_etags(header) == tags
    if_match = parse_if_match(header)
    assert if_match is not None
    assert if_match.tags == tags
    assert matches(header, '"a"') is bool(tags & {ANY, '"a"'})


def test_a_stored_answer_is_known_by_its_weak_tag() -> None:
    etag = weak_etag(b"body")
    assert matches(etag, etag)
    assert matches(etag.removeprefix("W/"), etag)
    assert not matches(weak_etag(b"other"), etag)
    assert not matches("", etag)
