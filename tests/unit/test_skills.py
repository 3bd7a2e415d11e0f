"""Skills as people write them become slugs by one rule."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ongoza_contracts.skills import NotASkill, skill_label, skill_slug
from ongoza_contracts.vocabulary import PublicLabel, Slug

SLUGS = {
    "c++": "c-plus-plus",
    "C#": "c-sharp",
    ".net": "dotnet",
    "ASP.NET": "asp.net",
    "C#/.NET": "c-sharp-dotnet",
    "réseau": "reseau",
    "Rançongiciel": "rancongiciel",
    "Straße": "strasse",
    "T1059": "t1059",
    "T1059.001": "t1059.001",
    "CVE-2021-44228": "cve-2021-44228",
    "R&D": "r-and-d",
    " TCP / IP ": "tcp-ip",
    "node.js": "node.js",
    "a_b": "a_b",
}


@pytest.mark.parametrize(("text", "slug"), SLUGS.items())
def test_a_skill_has_the_slug_that_people_expect(text: str, slug: str) -> None:
    assert skill_slug(text) == slug


LONGER_IN_NFC = "a" + "\U0001d15e" * 63
"""64 characters, and 127 in NFC."""


@pytest.mark.parametrize(
    "text", ["", " ", "...", "网络", "شبكة", "сеть", "tcp 网络", "x" * 65, "+" * 20, LONGER_IN_NFC]
)
def test_a_text_without_a_slug_is_refused(text: str) -> None:
    with pytest.raises(NotASkill):
        skill_slug(text)


@given(
    st.text(max_size=80)
    | st.text("ab.+#-_ &", max_size=20)
    | st.text("a\U0001d15e", min_size=50, max_size=64)
)
def test_every_text_has_a_slug_or_is_refused_and_a_slug_stays_itself(text: str) -> None:
    try:
        slug = skill_slug(text)
    except NotASkill:
        return
    assert TypeAdapter(Slug).validate_python(slug) == slug
    assert skill_slug(slug) == slug
    label = skill_label(text)
    assert TypeAdapter(PublicLabel).validate_python(label) == label
    assert skill_slug(label) == slug


@given(st.from_regex(r"[a-z0-9]{1,8}([-_.][a-z0-9]{1,8}){0,5}", fullmatch=True))
def test_a_slug_stays_itself(slug: str) -> None:
    assert skill_slug(slug) == slug == skill_label(slug)


@given(st.text(max_size=80))
def test_a_label_has_one_spelling(text: str) -> None:
    label = skill_label(text)
    assert skill_label(label) == label == unicodedata.normalize("NFC", label)
    assert label == " ".join(label.split())
