"""Files of interactions and items as other tools write them: each gives its right value, or a
refusal that says what was understood. The files in tests/data are such as people brought."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scripts.evaluate import main
from scripts.evaluation.reading import (
    Account,
    BrokenFile,
    Described,
    Interaction,
    read_interactions,
    read_items,
)

FILES = Path(__file__).parents[2] / "data" / "evaluation"
APP = typer.Typer()
APP.command()(main)
FOUR = [
    Interaction("1", "10", 5, 100),
    Interaction("1", "11", 3, 101),
    Interaction("2", "10", 4, 102),
    Interaction("2", "12", 5, 103),
]
THREE = {"10": "Breach basics", "11": "Log reading", "12": "Packet tales"}


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "file"
    path.write_bytes(text.encode(encoding))
    return path


def taken(interactions: list[Interaction]) -> list[tuple[str, str]]:
    return [(one.user, one.item) for one in interactions]


def test_movielens_1m_is_read_with_its_double_colons_and_latin_1() -> None:
    interactions = read_interactions(FILES / "ml1m-ratings.dat")
    assert interactions == [
        Interaction("1", "10", 5, 978300760),
        Interaction("1", "11", 3, 978302109),
        Interaction("2", "10", 4, 978301968),
        Interaction("2", "12", 5, 978300275),
    ]
    items = read_items(FILES / "ml1m-movies.dat")
    assert items["10"] == Described("Déjà Vu of a Breach (1995)", "Animation, Children's, Comedy")
    assert len(items) == 3


def test_feedback_of_gorse_is_read_by_its_header() -> None:
    account = Account()
    interactions = read_interactions(FILES / "gorse-feedback.csv", account=account)
    assert len(interactions) == account.kept == 240
    assert len({one.user for one in interactions}) == 30
    assert len({one.item for one in interactions}) == 20
    assert interactions[0] == Interaction("1", "8", 1, 978301000)


def test_columns_in_another_order_are_found_by_their_names() -> None:
    interactions = read_interactions(FILES / "columns-other-order.csv")
    assert (len(interactions), len({one.user for one in interactions})) == (240, 30)
    assert interactions[0] == Interaction("1", "8", 5, 5)


@pytest.mark.parametrize("name", ["items-two-columns.csv", "items-gorse.csv"])
def test_items_need_no_more_than_an_id_and_a_text(name: str) -> None:
    assert read_items(FILES / name) == {item: Described(title, "") for item, title in THREE.items()}


def test_a_quote_in_a_table_with_tabs_is_a_character() -> None:
    items = read_items(FILES / "items-open-quotes.tsv")
    assert len(items) == 7
    assert items["2"] == Described('"Zero day" market', "b")
    assert items["3"] == Described('"Hello world', "c")


def test_interactions_without_ratings_count_as_taken() -> None:
    interactions = read_interactions(FILES / "ratings-no-rating.csv")
    assert taken(interactions) == taken(FOUR)
    assert {one.rating for one in interactions} == {1.0}
    with pytest.raises(BrokenFile, match="there are no ratings to be at least 3"):
        read_interactions(FILES / "ratings-no-rating.csv", min_rating=3)


def test_iso_dates_are_moments_whatever_their_zone() -> None:
    interactions = read_interactions(FILES / "ratings-iso-dates.csv")
    assert taken(interactions) == taken(FOUR)
    assert interactions[0].timestamp == interactions[2].timestamp == 1_709_667_000
    assert interactions[1].timestamp == 1_709_712_000
    assert interactions[3].timestamp == 1_709_769_600


def test_semicolons_separate_and_commas_are_decimal() -> None:
    interactions = read_interactions(FILES / "ratings-semicolon-comma.csv")
    assert interactions == [Interaction("1", "10", 4.5, 100), *FOUR[1:]]


def test_utf_16_is_read() -> None:
    assert read_interactions(FILES / "ratings-utf16.csv") == FOUR


HEADER = "user_id,item_id,rating,timestamp\n"
ROWS = "1,10,5,100\n1,11,3,101\n2,10,4,102\n2,12,5,103\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(HEADER + ROWS, "utf-8-sig", id="byte-order mark"),
        pytest.param(HEADER + ROWS, "utf-16-be", id="UTF-16 without a mark"),
        pytest.param("\ufeff" + HEADER + ROWS, "utf-16-be", id="big-endian"),
        pytest.param(HEADER + ROWS, "utf-32", id="UTF-32"),
        pytest.param((HEADER + ROWS).replace("\n", "\r\n"), "utf-8", id="CRLF"),
        pytest.param((HEADER + ROWS).replace("\n", "\r"), "utf-8", id="CR alone"),
        pytest.param("sep=,\r\n" + HEADER + ROWS, "utf-8", id="Excel's separator"),
        pytest.param("sep=;\n" + (HEADER + ROWS).replace(",", ";"), "utf-8", id="sep=;"),
        pytest.param((HEADER + ROWS).replace(",", "|"), "utf-8", id="bars"),
        pytest.param((HEADER + ROWS).replace(",", "\t"), "utf-8", id="tabs"),
        pytest.param((HEADER + ROWS).replace(",", "::"), "utf-8", id="double colons"),
        pytest.param("\n" + HEADER + "\n" + ROWS + "\n ,,,\n", "utf-8", id="blank lines"),
        pytest.param('"1","10","5","100"\n' + ROWS[11:], "utf-8", id="quoted, no header"),
        pytest.param(
            "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
            + ROWS.replace(",", "\t"),
            "utf-8",
            id="RecBole",
        ),
        pytest.param(
            ",userId,movieId,rating,timestamp\n0,1,10,5,100\n1,1,11,3,101\n2,2,10,4,102\n"
            "3,2,12,5,103\n",
            "utf-8",
            id="an index of pandas",
        ),
        pytest.param(
            "Timestamp ; User ID ; Item-ID ; Rating\n100;1;10;5,0\n101;1;11;3,0\n102;2;10;4,0\n"
            "103;2;12;5,0\n",
            "utf-8",
            id="names with spaces",
        ),
    ],
)
def test_the_same_rows_are_read_from_every_layout(tmp_path: Path, text: str, encoding: str) -> None:
    account = Account()
    path = written(tmp_path, text, encoding=encoding)
    assert read_interactions(path, account=account) == FOUR
    assert account.rows == 4
    assert account.lines == account.rows + account.headers + account.blank


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("who,what,stars,when\n1,2,3,4\n", "no column for user and item among who, what"),
        ("who,what,stars,when\n1,2,3,4\n", "Understood: rating is 'stars', timestamp is 'when'"),
        ("user,item,rating\n1,2,3\n", "no column for timestamp among user, item, rating"),
        ("a,b,c,d\n1,2,3,4\n", "Understood: nothing"),
        ("user,user,item,timestamp\n1,1,2,3\n", "two columns are called 'user'"),
        ("1,10,978300760,5\n", "978300760 is no rating"),
        ("1,2,3,4,5\n", "without a header the columns are .* there are 5"),
        ("1 10 5 100\n2 10 5 100\n", "no column for user"),
        ('{"user": 1, "item": 2}\n', "no column for user"),
        (HEADER, "no interactions"),
        ("sep=;\n", "empty"),
        ("sep=#\n1#2#3#4\n", "line 1: separator '#'; ::, tabs, semicolons, commas, bars are read"),
        (" \n\n", "empty"),
        (HEADER + "1,10,5,100,9\n", "line 2: 5 columns, not 4"),
        (HEADER + "1,10,5\n", "line 2: 3 columns, not 4"),
        (HEADER + "1,10,5,05/03/2024\n", "timestamp '05/03/2024' is not a number and no date"),
        (HEADER + "1,10,5,2024-02-30\n", "timestamp '2024-02-30' is not a number and no date"),
        (HEADER + "1,10,5,\n", "line 2: timestamp ''"),
        (HEADER + "1,10,,100\n", "line 2: rating ''"),
        (HEADER + '1,10,"1,234,5",100\n', "line 2: rating '1,234,5' is not a number"),
        (HEADER + '1,"10,5,100\n2,10,5,101\n', "line 2: unexpected end of data"),
        (HEADER + '1,"10\n2",5,100\n', "line 2: a line break within item"),
        ("user,item,liked,timestamp\n1,2,maybe,4\n", "'maybe' is neither yes nor no"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BrokenFile, match=says):
        read_interactions(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 and so on", "a ZIP archive or an Excel file"),
        (b"\x1f\x8b\x08\x00", "compressed by gzip"),
        (b"\xff\xfeu", "begins as utf-16 and is not"),
        (b"user\0item\x01\x02\n", "neither a text"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(BrokenFile, match=says):
        read_interactions(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("key,label\n1,Toy\n", "no column for id and title among key, label"),
        ("id,price\n1,5\n", "no column for title among id, price. Understood: id is 'id'"),
        ("1,Toy, the,Comedy\n2,Other,Comedy\n", "there are 4"),
        ("id,title\n1,Toy, the\n", "line 2: 3 columns, not 2"),
        ('id,title\n1,"Zero day" market\n', "line 2: ',' expected after '\"'"),
        ("id,title\n,Toy\n", "line 2: no id or no title"),
        ("id,title\n", "no items"),
    ],
)
def test_items_that_are_not_understood_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BrokenFile, match=says):
        read_items(written(tmp_path, text))


def test_a_quoted_text_may_have_line_breaks_and_they_are_counted(tmp_path: Path) -> None:
    account = Account()
    path = written(tmp_path, 'id,title,description\n1,Toy,"two\nlines"\n2,"a ""b""",c\n')
    items = read_items(path, account)
    assert items == {"1": Described("Toy", "two\nlines"), "2": Described('a "b"', "c")}
    assert (account.lines, account.rows, account.within_cells) == (4, 2, 1)


def test_of_an_id_that_comes_twice_the_first_is_read_and_the_other_reported(tmp_path: Path) -> None:
    account = Account()
    items = read_items(written(tmp_path, "id,title\n1,Toy\n1,Other\n"), account)
    assert items == {"1": Described("Toy", "")}
    assert account.left_out == {"an id that came before": [3]}


def test_times_in_every_unit_and_form_are_the_same_seconds(tmp_path: Path) -> None:
    times = [
        *("1709667000", "1709667000000", "1709667000000000", "1709667000000000000"),
        *("2024-03-05T19:30:00Z", "2024-03-05 19:30:00", "2024-03-05T22:30:00+03:00"),
        *("2024-03-05 19:30:00 +0000 UTC", "2024-03-05 19:30:00 UTC", "20240305T193000Z"),
    ]
    rows = "".join(f"1,{item},5,{at}\n" for item, at in enumerate(times))
    read = read_interactions(written(tmp_path, HEADER + rows))
    assert {one.timestamp for one in read} == {1_709_667_000}


def test_nanoseconds_keep_the_order_of_what_came_a_microsecond_apart(tmp_path: Path) -> None:
    rows = "1,2,5,1709667000000002000\n1,2,3,1709667000000001000\n"
    assert read_interactions(written(tmp_path, HEADER + rows))[0].rating == 5


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [
        ("liked", "true", "false"),
        ("like", "1", "0"),
        ("feedback_type", "like", "dislike"),
        ("event_type", "view", "Not Interested"),
        ("rating", "True", "False"),
    ],
)
def test_what_was_not_liked_is_left_out_and_reported(
    tmp_path: Path, column: str, yes: str, no: str
) -> None:
    account = Account()
    text = f"user,item,{column},timestamp\n1,10,{yes},100\n1,11,{no},101\n"
    read = read_interactions(written(tmp_path, text), account=account)
    assert taken(read) == [("1", "10")]
    assert [*account.left_out.values()] == [[3]]


def test_every_row_that_does_not_count_is_reported_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,10,5,100\n\n1,11,1,101\n1,10,5,99\n2,10,4,1\n2,11,4,2\n")
    result = CliRunner().invoke(APP, [str(path), "--min-rating", "2"])
    assert "7 lines: 5 rows, 1 header, 1 blank; 3 count" in result.output
    assert "user is 'user_id', item is 'item_id', rating is 'rating'" in result.output
    assert "left out, a rating below 2: 1 rows, line 4" in result.output
    assert "left out, the same user and item at another time: 1 rows, line 5" in result.output


LINE = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"\0'), max_size=12)


@given(st.lists(st.one_of(LINE, st.just("1,2,3,4"), st.just("")), max_size=8))
def test_no_line_is_lost_without_a_word(lines: list[str]) -> None:
    """Rows and all other lines together are the file's lines, or it is refused."""
    account = Account()
    with TemporaryDirectory() as folder:
        file = written(Path(folder), HEADER + "".join(f"{line}\n" for line in lines))
        try:
            read = read_interactions(file, account=account)
        except BrokenFile:
            return
    others = account.headers + account.blank + account.within_cells
    assert account.lines == len(lines) + 1 == account.rows + others
    assert account.kept == len(read)
