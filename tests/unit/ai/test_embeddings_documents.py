from hashlib import sha256

from ai.projections.documents import document, text_sha256


def test_title_skills_and_description_stand_in_this_order() -> None:
    skills = ["threat-modeling", "secure-coding"]
    text = document("Design Review", "Find flaws before they are built.", skills)
    assert text == (
        "Design Review\nsecure coding, threat modeling\nFind flaws before they are built."
    )


def test_the_order_of_skills_does_not_matter() -> None:
    assert document("T", "D", ["b", "a", "c"]) == document("T", "D", ["c", "b", "a"])


def test_parts_that_are_empty_leave_no_line() -> None:
    assert document("Title", "", []) == "Title"
    assert document("Title", "Description", []) == "Title\nDescription"
    assert document("Title", "", ["a-b"]) == "Title\na b"


def test_a_text_is_filed_under_the_digest_of_its_utf8() -> None:
    assert text_sha256("Zürich") == sha256(b"Z\xc3\xbcrich").digest()
