"""Rows of the files that imports read: CSV and JSON lines, without the database."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports import reading
from core.imports.reading import Columns, Format, Row, RowError, Unreadable, read_rows
from core.imports.rows import Challenges, challenge_rows, content_rows, progress_rows

COLUMNS: Columns = {"title": str, "level": reading.whole_number, "skills": reading.items}
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


def read(content: str | bytes, form: Format = Format.CSV) -> list[Row | RowError]:
    raw = content.encode() if isinstance(content, str) else content
    return [*read_rows(io.BytesIO(raw), form, COLUMNS)]


def fault(content: str | bytes, form: Format = Format.CSV) -> str:
    with pytest.raises(Unreadable) as raised:
        read(content, form)
    return str(raised.value)


@given(
    st.lists(st.tuples(CELLS, st.integers(0, 10**9)), max_size=8),
    st.sampled_from([",", ";"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_csv_file_reads_as_it_was_written(
    rows: list[tuple[str, int]], delimiter: str, mark: bool, turned: bool, end: str
) -> None:
    names = ["level", "title"] if turned else ["title", "level"]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(f" {name} " for name in names)
    for title, level in rows:
        writer.writerow((level, title) if turned else (title, level))

    found = read(out.getvalue().encode("utf-8-sig" if mark else "utf-8"))

    expected = [
        Row(line, {"title": title, "level": level} if title else {"level": level})
        for line, (title, level) in enumerate(rows, start=2)
    ]
    assert found == expected


@given(st.binary(max_size=200), st.sampled_from(Format))
def test_any_bytes_are_rows_errors_or_unreadable(content: bytes, form: Format) -> None:
    try:
        found = read(content, form)
    except Unreadable:
        return
    assert all(isinstance(row, Row | RowError) for row in found)


@given(st.lists(st.dictionaries(st.text('abc "\u00e9', max_size=5), st.integers(0, 9))))
def test_any_json_lines_read_as_they_were_written(values: list[dict[str, int]]) -> None:
    text = "".join(f"{json.dumps(one)}\n\n" for one in values)
    expected = [Row(line, one) for line, one in zip(range(1, 10**6, 2), values, strict=False)]
    assert read(text, Format.JSON_LINES) == expected


def test_a_row_over_several_lines_and_empty_rows_count_as_lines() -> None:
    found = read('title,level\n"two\nlines",1\n\n,\nlast,2,3\nlast,x\n')
    assert found == [
        Row(2, {"title": "two\nlines", "level": 1}),
        RowError(6, "", "3 cells for 2 columns."),
        Row(7, {"title": "last", "level": "x"}),
    ]


def test_every_unknown_and_every_repeated_column_is_named() -> None:
    assert fault("title,name,title,size\n") == (
        "line 1: name: Unknown column.; line 1: size: Unknown column.; "
        "line 1: title: The column is there twice."
    )


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", Format.CSV, "line 1: The first line names the columns."),
        ("title\nn\u00e9e\n".encode("latin-1"), Format.CSV, "line 2: Save the file as UTF-8."),
        (b"title\rone\r", Format.CSV, "line 1: This is not CSV: new-line character seen"),
        (b'"title', Format.CSV, "line 1: This is not CSV: unexpected end of data."),
        (b"x" * 2**17 + b"y", Format.CSV, "line 1: This is not CSV: field larger than"),
        (b"title\n" + b"x" * 2**17 + b"y", Format.CSV, "line 2: This is not CSV: field larger"),
        ("title\n".encode("utf-16"), Format.JSON_LINES, "line 1: Save the file as UTF-8."),
    ],
)
def test_an_unreadable_file_says_where_and_why(content: bytes, form: Format, message: str) -> None:
    assert fault(content, form).startswith(message)


def test_an_open_quote_is_an_error_of_the_file() -> None:
    assert fault('title\n"open\n').startswith("line 2: This is not CSV")


@pytest.mark.parametrize("line", ["[1]", "{", "7", '{"level": NaN}', '{"a": 1, "a": 2}'])
def test_a_line_that_is_no_json_object_is_an_error_of_its_row(line: str) -> None:
    first, second = read(f'{line}\n{{"level": 2}}\n', Format.JSON_LINES)
    assert isinstance(first, RowError)
    assert first.line == 1
    assert second == Row(2, {"level": 2})


def test_rows_and_bytes_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match=r"line 4: A file has at most 2 rows\."):
        [*read_rows(io.BytesIO(b"title\na\nb\nc\n"), Format.CSV, COLUMNS, max_rows=2)]
    monkeypatch.setattr(reading, "MAX_BYTES", 9)
    assert fault("title\na\nb\n") == "line 3: A file has at most 9 bytes."


def test_the_fields_of_content_are_checked_without_the_database() -> None:
    text = (
        "content_id,content_type,level,track,external_id,duration_minutes\n"
        "course-1,mission,1,builders,,10\n"
        "course-1,course,9,nowhere,,0\n"
        ",course,1,builders,7,10\n"
    )
    found = [*content_rows(io.BytesIO(text.encode()), Format.CSV)]
    errors = [(e.line, e.field) for row in found if isinstance(row, list) for e in row]
    assert errors == [
        (2, "content_id"),
        (3, "track"),
        (3, "level"),
        (3, "duration_minutes"),
        (4, "external_id"),
    ]


@pytest.mark.parametrize("score", ["nan", "inf", "1e1", "101", "-1"])
def test_a_score_is_a_number_from_0_to_100(score: str) -> None:
    text = (
        f"email,content_id,status,reported_at,score\na@b.org,c-1,failed,2024-01-31T12:00Z,{score}"
    )
    (row,) = progress_rows(io.BytesIO(text.encode()), Format.CSV)
    assert isinstance(row, list)
    assert [error.field for error in row] == ["score"]


@pytest.mark.parametrize(
    ("value", "level"),
    [(0, 1), (100, 1), (101, 2), (200, 2), (400, 4), (401, 5), (5000, 5)],
)
def test_the_level_of_a_challenge_follows_from_its_value(value: int, level: int) -> None:
    assert mission({"name": "Crack", "value": value})["level"] == level


@pytest.mark.parametrize(
    ("category", "skills"), [("Web", ["Web"]), ("C++", ["C++"]), ("密码", []), ("", [])]
)
def test_the_category_of_a_challenge_is_its_skill(category: str, skills: list[str]) -> None:
    named = {"category": category} if category else {}
    assert mission({"name": "Crack", "value": 1, **named})["skills"] == skills


def mission(challenge: dict[str, Any]) -> dict[str, Any]:
    common = Challenges(program="ctf", track="builders", duration_minutes=30)
    content = io.BytesIO(json.dumps(challenge).encode())
    (row,) = challenge_rows(content, Format.JSON_LINES, common)
    assert isinstance(row, Row), row
    return row.values
