"""Invented people and organizations. Any likeness of name is chance; every address is reserved."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from ongoza_contracts.vocabulary import Role

EMAIL_DOMAIN = "ongoza.example"
"""`.example` is reserved (RFC 2606): mail to it can reach nobody."""


MENTORS = 14
LEARNERS_PER_MENTOR = 15


@dataclass(frozen=True)
class DemoOrganization:
    slug: str
    name: str
    country: str
    """ISO 3166 code."""


@dataclass(frozen=True)
class DemoAccount:
    email: str
    first_name: str
    last_name: str
    role: Role
    country: str
    organization: str | None
    """The slug of a DemoOrganization."""
    joined_at: datetime


ACADEMY = DemoOrganization("nyota-academy", "Nyota Cyber Academy", "KE")
COOPERATIVE = DemoOrganization("mbuyu-savings", "Mbuyu Savings Cooperative", "GH")


def organizations() -> tuple[DemoOrganization, ...]:
    return (ACADEMY, COOPERATIVE)


def staff(as_of: datetime) -> tuple[DemoAccount, ...]:
    """One account for each role but the learner's, which `learners.demo_learner` invents."""
    joined = as_of - timedelta(days=600)
    academy, cooperative = ACADEMY.slug, COOPERATIVE.slug
    return (
        DemoAccount(_role_email("mentor"), "Thandiwe", "Obuya", Role.MENTOR, "KE", academy, joined),
        DemoAccount(
            _role_email("director"), "Kwabena", "Lemayian", Role.DIRECTOR, "KE", academy, joined
        ),
        DemoAccount(
            _role_email("sponsor"), "Efua", "Diarrassou", Role.SPONSOR, "GH", cooperative, joined
        ),
        DemoAccount(_role_email("admin"), "Makena", "Tessema", Role.ADMIN, "KE", None, joined),
    )


def further_mentors(as_of: datetime) -> tuple[DemoAccount, ...]:
    """All mentors but the one of `staff`."""
    return tuple(_mentor(number, as_of) for number in range(2, MENTORS + 1))


def _mentor(number: int, as_of: datetime) -> DemoAccount:
    rng = Random(f"mentor:{number}")  # noqa: S311 - invents demo data, guards nothing
    invented = invent_account(rng, number, as_of - timedelta(days=400))
    return replace(invented, email=_role_email(f"mentor{number:02d}"), role=Role.MENTOR)


def demo_account(joined_at: datetime) -> DemoAccount:
    """The learner whose password the seed prints."""
    return DemoAccount(
        email=_role_email("learner"),
        first_name="Zawadi",
        last_name="Onyango",
        role=Role.LEARNER,
        country="KE",
        organization=ACADEMY.slug,
        joined_at=joined_at,
    )


def invent_account(rng: Random, number: int, joined_at: datetime) -> DemoAccount:
    """A learner's account; `number` keeps the address unique where names repeat."""
    country = rng.choice(list(NAMES))
    first_names, last_names = NAMES[country]
    first, last = rng.choice(first_names.split()), rng.choice(last_names.split())
    return DemoAccount(
        email=f"{_ascii(first)}.{_ascii(last)}.{number:03d}@{EMAIL_DOMAIN}",
        first_name=first,
        last_name=last,
        role=Role.LEARNER,
        country=country,
        organization=rng.choice((ACADEMY.slug, COOPERATIVE.slug, None, None)),
        joined_at=joined_at,
    )


def _role_email(role: str) -> str:
    return f"{role}@{EMAIL_DOMAIN}"


def _ascii(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in decomposed.lower() if letter.isascii() and letter.isalpha())


TIME_ZONES = {
    **{"KE": "Africa/Nairobi", "NG": "Africa/Lagos", "ZA": "Africa/Johannesburg"},
    **{"GH": "Africa/Accra", "UG": "Africa/Kampala", "TZ": "Africa/Dar_es_Salaam"},
    **{"RW": "Africa/Kigali", "SN": "Africa/Dakar", "ET": "Africa/Addis_Ababa"},
    **{"EG": "Africa/Cairo", "CI": "Africa/Abidjan", "CM": "Africa/Douala"},
}
"""By country."""

# Given names and family names usual in each country, combined by chance.
NAMES: dict[str, tuple[str, str]] = {
    "KE": (
        "Wanjiku Otieno Achieng Kamau Njeri Kiprono Chebet Mutua Nafula Baraka Makena Omondi",
        "Mwangi Odhiambo Wafula Kiptoo Muthoni Barasa Njoroge Cheruiyot Mutiso Were Kariuki Auma",
    ),
    "NG": (
        "Chinonso Amina Tunde Ngozi Emeka Folake Ibrahim Adaeze Segun Halima Uche Yetunde",
        "Okafor Bello Adeyemi Eze Danjuma Ogunleye Nwosu Abubakar Balogun Ekwueme Udo Afolabi",
    ),
    "ZA": (
        "Thandi Sipho Lerato Pieter Nomsa Kagiso Zanele Themba Anele Johan Palesa Bongani",
        "Dlamini Naidoo Mokoena Botha Khumalo Molefe Nkosi Pillay Mthembu Sithole Jacobs Maseko",
    ),
    "GH": (
        "Kwame Akosua Kofi Abena Yaw Adwoa Kojo Esi Fiifi Dzifa Selorm Mawuli",
        "Mensah Owusu Boateng Asante Agyeman Tetteh Amoah Quaye Addo Dogbe Sarpong Ansah",
    ),
    "UG": (
        "Nakato Okello Namukasa Mugisha Apio Ssebo Kirabo Babirye Opio Tendo Akello Wasswa",
        "Kato Nabirye Mukasa Tumusiime Atim Kiggundu Nansubuga Ochieng Lubega Birungi Odongo",
    ),
    "TZ": (
        "Neema Juma Rehema Salum Asha Hamisi Upendo Rashidi Mwajuma Daudi Tatu Imani",
        "Mushi Mollel Massawe Kimaro Shayo Mwakyusa Lyimo Ngowi Mbwana Swai Komba Mrema",
    ),
    "RW": (
        "Ishimwe Uwase Mugabo Keza Ganza Mutesi Shema Umutoni Nshuti Ineza Manzi Teta",
        "Habimana Uwimana Niyonzima Mukamana Nkurunziza Ingabire Hakizimana Umuhoza Bizimana",
    ),
    "SN": (
        "Aïssatou Mamadou Fatou Ousmane Awa Cheikh Khady Ibrahima Mariama Modou Ndèye Alioune",
        "Diop Ndiaye Fall Sarr Gueye Sow Ba Faye Cissé Mbaye Thiam Diallo",
    ),
    "ET": (
        "Selam Dawit Hana Abel Meron Yonas Tigist Bereket Liya Natnael Rahel Eyob",
        "Tadesse Bekele Haile Girma Alemu Wolde Mekonnen Desta Kebede Assefa Tesfaye Abera",
    ),
    "EG": (
        "Nour Omar Salma Youssef Mariam Karim Habiba Mostafa Dina Tarek Farida Hassan",
        "Mansour Fahmy Saleh Naguib Shenouda Zaki Hegazy Farouk Soliman Darwish Tawfik Badawi",
    ),
    "CI": (
        "Aya Kouadio Affoué Yao Mariam Koffi Amenan Serge Adjoua Konan Awa Didier",
        "Kouassi Koné Ouattara Traoré Kouamé Bamba Coulibaly Touré N'Guessan Brou Yapi Soro",
    ),
    "CM": (
        "Ngono Tchoua Mireille Fotso Blessing Ndive Solange Atangana Manka Bih Clovis Enow",
        "Mbarga Nkeng Tabi Fongang Eyong Kamdem Ewane Njoya Tanyi Abanda Mbella Sone",
    ),
}
