"""Lists that change while a client reads them page by page."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.test import RequestFactory
from rest_framework.request import Request

from core.feedback.models import Feedback
from core.jobs.models import Job
from core.kit.cursors import Keyset, NotPageable
from core.kit.pagination import page_at_cursor
from core.programs.models import ContentItem
from core.programs.services import retire_content, update_content
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import Caller, item, person, progress_report, refusal, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> Caller:
    return signed_in(person("amina"))


def content_ids(count: int) -> list[str]:
    """Added in their order as texts, which is the order of the list."""
    found = sorted(f"course-{number}" for number in range(1, count + 1))
    for content_id in found:
        item(content_id)
    return found


def follow(caller: Caller, link: str | None, direction: str = "next") -> Iterator[dict[str, Any]]:
    while link:
        status, page = caller.get(link.removeprefix("http://testserver").removeprefix("/api/v1/"))
        assert status == 200
        yield page
        link = page[direction]


def names(page: dict[str, Any]) -> list[str]:
    return [row["content_id"] for row in page["results"]]


def test_an_item_retired_between_two_pages_hides_no_other(amina: Caller) -> None:
    ids = content_ids(25)
    _, first = amina.get("content/")
    retire_content(content_id=ids[3])
    (second,) = follow(amina, first["next"])
    assert [*names(first), *names(second)] == ids
    assert (first["count"], second["count"]) == (25, 24)


def test_feedback_withdrawn_between_two_pages_hides_no_other(amina: Caller) -> None:
    ids = content_ids(25)
    for content_id in ids:
        amina.post("feedback/", {"content_id": content_id, "verdict": "more_like_this"})
    _, first = amina.get("feedback/?page_size=10")
    for content_id in ids[:5]:
        amina.call("DELETE", f"feedback/{content_id}/")
    rest = [name for page in follow(amina, first["next"]) for name in names(page)]
    assert [*names(first), *rest] == ids
    assert Feedback.objects.exclude(verdict="").count() == 20


def test_what_is_added_before_the_place_repeats_nothing(amina: Caller) -> None:
    ids = content_ids(5)
    _, first = amina.get("content/?page_size=2")
    item("course-0")
    rest = [name for page in follow(amina, first["next"]) for name in names(page)]
    assert [*names(first), *rest] == ids


def test_progress_that_changes_between_two_pages_stays_in_place(amina: Caller) -> None:
    for content_id in content_ids(5):
        amina.post("progress/", progress_report(content_id))
    _, first = amina.get("progress/?page_size=2")
    amina.post("progress/", progress_report(names(first)[0], completion_percentage=90))
    rest = [name for page in follow(amina, first["next"]) for name in names(page)]
    assert [*names(first), *rest] == [f"course-{number}" for number in range(1, 6)]


@pytest.mark.parametrize("order", ["", "ordering=-content_id", "ordering=level", "ordering=-level"])
def test_every_order_is_read_forwards_and_backwards(order: str, amina: Caller) -> None:
    for content_id in content_ids(7):
        update_content(content_id=content_id, level=1 + int(content_id[-1]) % 2)
    _, whole = amina.get(f"content/?{order}")
    pages = [*follow(amina, f"content/?page_size=3&{order}")]
    assert [name for page in pages for name in names(page)] == names(whole)
    assert [len(page["results"]) for page in pages] == [3, 3, 1]
    back = [*follow(amina, pages[-1]["previous"], "previous")]
    assert [names(page) for page in back] == [names(pages[1]), names(pages[0])]
    assert (pages[0]["previous"], back[-1]["previous"]) == (None, None)
    (forth, _) = follow(amina, back[-1]["next"])
    assert names(forth) == names(pages[1])


def test_from_an_empty_page_the_way_back_begins_with_the_last_row(amina: Caller) -> None:
    ids = content_ids(3)
    _, first = amina.get("content/?page_size=2")
    retire_content(content_id=ids[2])
    (empty,) = follow(amina, first["next"])
    assert (empty["results"], empty["next"]) == ([], None)
    (back,) = follow(amina, empty["previous"], "previous")
    assert names(back) == ids[:2]


def test_filters_and_size_stay_in_the_links(amina: Caller) -> None:
    content_ids(3)
    item("mission-1")
    _, first = amina.get("content/?page_size=2&content_type=course")
    (second,) = follow(amina, first["next"])
    assert (names(second), second["count"]) == (["course-3"], 3)


def test_page_numbers_go_on_working(amina: Caller) -> None:
    ids = content_ids(3)
    _, first = amina.get("content/?page=1&page_size=2")
    assert first["next"].endswith("/api/v1/content/?page=2&page_size=2")
    (second,) = follow(amina, first["next"])
    assert (names(second), second["next"]) == (ids[2:], None)


def test_a_cursor_of_another_order_list_or_maker_is_refused(amina: Caller) -> None:
    content_ids(3)
    _, first = amina.get("content/?page_size=2")
    cursor = first["next"].partition("cursor=")[2].partition("&")[0]
    forged = signing.dumps(["after", "course-1", "1"], salt="another")
    for query in (
        f"content/?ordering=level&cursor={cursor}",
        f"progress/?cursor={cursor}",
        f"content/?cursor={cursor[:-1]}",
        f"content/?cursor={forged}",
        "content/?cursor=" + "x" * 5000,
        f"content/?page=1&cursor={cursor}",
    ):
        assert refusal(amina.get(query)) == (400, "bad_parameter", []), query
    assert amina.get(f"content/?cursor={cursor}")[0] == 200


def test_an_order_by_a_column_that_may_be_null_is_refused() -> None:
    with pytest.raises(NotPageable):
        Keyset(Job.objects.order_by("done_at"))
    with pytest.raises(NotPageable):
        Keyset(ContentItem.objects.order_by("course"))


def test_links_name_the_host_and_scheme_of_the_request() -> None:
    content_ids(2)
    request = RequestFactory(headers={"Host": "localhost"}).get("/x/?page_size=1", secure=True)
    _, around = page_at_cursor(ContentItem.objects.all(), Request(request))
    assert str(around["next"]).startswith("https://localhost/x/?cursor=")


# --- search and order ----------------------------------------------------------------------------
def test_content_is_found_by_all_words_of_title_and_description(amina: Caller) -> None:
    item("course-1", title="Phishing basics", description="How mail deceives.")
    item("course-2", title="Phishing drills")
    item("course-3", title="100% mail_safe")
    found = {
        query: names(amina.get(f"content/?q={query}")[1])
        for query in ("phishing", "PHISHING%20mail", "mail_", "100%25", "deceives%20", "nothing")
    }
    assert found == {
        "phishing": ["course-1", "course-2"],
        "PHISHING%20mail": ["course-1"],
        "mail_": ["course-3"],
        "100%25": ["course-3"],
        "deceives%20": ["course-1"],
        "nothing": [],
    }


@pytest.mark.parametrize("query", ["q=", "q=%20", "q=" + "x" * 101, "ordering=", "ordering=skills"])
def test_a_blank_or_long_search_and_an_unknown_order_are_refused(query: str, amina: Caller) -> None:
    assert refusal(amina.get(f"content/?{query}")) == (400, "bad_parameter", [])


def test_a_program_is_searched_and_ordered_as_the_whole_list_is() -> None:
    program = item("course-1", title="Beta").program
    item("course-2", title="Alpha", program=program)
    item("course-3", title="Gamma", program=program)
    director = signed_in(person("dora", Role.DIRECTOR))
    path = f"programs/{program.id}/content/?ordering=-title"
    assert names(director.get(path)[1]) == ["course-3", "course-1", "course-2"]
    assert names(director.get(f"{path}&q=alpha")[1]) == ["course-2"]
