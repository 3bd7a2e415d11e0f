"""The evaluation: metrics by hand, files as people have them, and what the ranking has to reach."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from scripts.evaluate import main
from scripts.evaluation.cases import NotEnoughData, cold_world, world_of_demo, world_of_file
from scripts.evaluation.evaluating import Figures, evaluate
from scripts.evaluation.metrics import coverage, ndcg, recall, similarity
from scripts.evaluation.reading import (
    BrokenFile,
    Described,
    Interaction,
    read_interactions,
    read_items,
)
from tests.interactions import (
    interactions,
    write_items_csv,
    write_ratings_csv,
    write_u_data,
)

SEED = 7
APP = typer.Typer()
APP.command()(main)


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "file"
    path.write_bytes(text.encode(encoding))
    return path


def test_ndcg_falls_with_the_logarithm_of_the_rank_and_ends_at_ten() -> None:
    assert ndcg([5, 3], 5) == 1
    assert ndcg([3, 5], 5) == pytest.approx(1 / np.log2(3))
    assert ndcg([*range(9), 99], 99) == pytest.approx(1 / np.log2(11))
    assert ndcg([*range(10), 99], 99) == 0
    assert ndcg([], 1) == 0


def test_recall_coverage_and_similarity() -> None:
    assert (recall([1, 2], 2), recall([1, 2], 3), recall([*range(10), 99], 99)) == (1, 0, 0)
    assert coverage([[0, 1], [1, 2]], 6) == 0.5
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 0]], np.float32)
    assert similarity([[0, 1], [0, 2]], vectors) == pytest.approx(0.6)
    assert similarity([[0, 2]], vectors) is None


def test_both_layouts_of_interactions_say_the_same(tmp_path: Path) -> None:
    tabs = write_u_data(tmp_path / "u.data", interactions(30, SEED))
    commas = write_ratings_csv(tmp_path / "ratings.csv", interactions(30, SEED))
    assert read_interactions(tabs) == read_interactions(commas)
    assert len(read_interactions(tabs)) == len([*interactions(30, SEED)])


def test_of_a_pair_that_comes_twice_the_later_one_counts(tmp_path: Path) -> None:
    path = written(tmp_path, "1\t2\t5\t200\n1\t2\t1\t100\n1\t3\t2\t100\n")
    assert read_interactions(path) == [Interaction("1", "2", 5, 200), Interaction("1", "3", 2, 100)]
    assert read_interactions(path, min_rating=3) == [Interaction("1", "2", 5, 200)]


def test_items_are_read_in_every_layout(tmp_path: Path) -> None:
    commas = written(tmp_path, 'movieId,title,genres\n1,"Toy, the",Comedy|Drama\n')
    assert read_items(commas) == {"1": Described("Toy, the", "Comedy, Drama")}
    plain = written(tmp_path, "a1\tFirst\tWords\nb\tAnother\t\n")
    assert read_items(plain) == {"a1": Described("First", "Words"), "b": Described("Another", "")}
    flags = "|".join("1" if place in {5, 8} else "0" for place in range(19))
    bars = written(tmp_path, f"1|Café (1995)|01-Jan-1995||http://x|{flags}\n", encoding="latin-1")
    assert read_items(bars) == {"1": Described("Café (1995)", "Comedy, Drama")}


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\x0b", "\x1c"])
def test_only_a_line_break_ends_a_line(tmp_path: Path, odd: str) -> None:
    path = written(tmp_path, f"id,title,description\r\na,Wait{odd}what,Text\r\n")
    assert read_items(path) == {"a": Described(f"Wait{odd}what", "Text")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("user,item,rating,timestamp\n", "no interactions"),
        ("1\t2\t3\n", "the columns are user, item, rating, timestamp; there are 3"),
        ("1\t2\t3\t4\n1\t2\n", "line 2: 2 columns, not 4"),
        ("1\t2\t3\t4\n1\t2\tgood\t4\n", "line 2: rating 'good' is not a number"),
        ("1\t2\t3\t4\n1\t2\tnan\t4\n", "line 2: rating 'nan' is not a number"),
        ("1\t2\t3\t4\n1\t2\t3\tinf\n", "line 2: timestamp 'inf' is not a number"),
        ("1\t2\t3\t4\n\t2\t3\t4\n", "line 2: no user or no item"),
        pytest.param('1,2,3,4\n1,"' + "2" * 200_000, "line 2: field larger than", id="no end"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BrokenFile, match=says):
        read_interactions(path)
    result = CliRunner().invoke(APP, [str(path)])
    assert result.exit_code == 2
    assert says in result.output


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(APP, [str(tmp_path / "none")])
    assert (result.exit_code, "No such file" in result.output) == (2, True)


def test_too_little_is_said_to_be_too_little(tmp_path: Path) -> None:
    path = written(tmp_path, "1\t2\t3\t4\n2\t2\t3\t4\n2\t3\t3\t5\n")
    with pytest.raises(NotEnoughData, match="1 users with at least 2 interactions: 2 are needed"):
        world_of_file(read_interactions(path), None)
    result = CliRunner().invoke(APP, [str(path)])
    assert (result.exit_code, "not enough data" in result.output) == (2, True)


def test_the_last_interaction_is_hidden_and_counted_nowhere() -> None:
    taken = [Interaction("a", item, 1, at) for at, item in enumerate("xyz")]
    taken += [Interaction("b", item, 1, at) for at, item in enumerate("zx")]
    world = world_of_file(taken, None)
    ids = [item.content_id for item in world.catalogue.items]
    assert ids == ["x", "y", "z"]
    seen = [[ids[place] for place in case.seen] for case in world.cases]
    assert seen == [["x", "y"], ["z"]]
    assert [ids[case.target] for case in world.cases] == ["z", "x"]
    assert [item.learners for item in world.catalogue.items] == [1, 1, 1]
    assert list(world.cases[0].learner.interactions) == ["x", "y"]


def test_in_a_cold_start_a_part_of_the_users_is_met_after_three_items(tmp_path: Path) -> None:
    path = write_u_data(tmp_path / "u.data", interactions(100, SEED))
    world = world_of_file(read_interactions(path), None)
    cold = cold_world(world, SEED)
    assert cold is not None
    assert 5 < len(cold.cold) < 40
    for number in cold.cold:
        case, whole = cold.cases[number], world.cases[number]
        assert list(case.seen) == list(whole.seen[:3])
        assert case.target == whole.seen[3]
        assert len(case.learner.interactions) == 3
    others = [n for n in range(len(world.cases)) if n not in cold.cold]
    assert all(cold.cases[n] is world.cases[n] for n in others)


@pytest.fixture(scope="module")
def without_text(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figures]:
    path = write_u_data(tmp_path_factory.mktemp("e") / "u.data", interactions(500, SEED))
    world = world_of_file(read_interactions(path), None)
    return {one.ranker.split()[0]: one for one in evaluate(world, SEED, lambda *_: None)}


@pytest.mark.slow
def test_without_text_the_ranking_finds_at_least_what_item_knn_finds(
    without_text: dict[str, Figures],
) -> None:
    ours, knn = without_text["ongoza"], without_text["item-kNN"]
    assert ours.ndcg >= knn.ndcg
    assert ours.ndcg > 2 * without_text["popularity"].ndcg
    assert ours.similarity is None


@pytest.mark.slow
def test_factorisations_are_compared_with_in_the_same_run(
    without_text: dict[str, Figures],
) -> None:
    baselines = {"popularity", "item-kNN", "Markov", "EASE", "EASE+Markov", "BPR", "ALS"}
    assert {*without_text} == {"ongoza", *baselines}
    assert without_text["BPR"].ndcg > without_text["popularity"].ndcg


@pytest.mark.slow
def test_with_text_the_ranking_beats_popularity_in_a_cold_start(tmp_path: Path) -> None:
    ratings = write_ratings_csv(tmp_path / "ratings.csv", interactions(60, SEED, in_order=0.0))
    items = write_items_csv(tmp_path / "items.csv")
    out = tmp_path / "out.json"
    result = CliRunner().invoke(APP, [str(ratings), "--items", str(items), "--json", str(out)])
    assert result.exit_code == 0, result.output
    said = json.loads(out.read_text())
    assert (said["users"], said["items"], said["has_text"]) == (60, 150, True)
    ours, popularity, *_ = said["rankers"]
    assert ours["cold_ndcg"] > popularity["cold_ndcg"]
    assert -1 < ours["similarity"] < 1


def test_it_runs_as_a_file_from_any_folder(tmp_path: Path) -> None:
    script = Path(__file__).parents[3] / "scripts" / "evaluate.py"
    ratings = write_u_data(tmp_path / "u.data", interactions(20, SEED))
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, ratings.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "ongoza" in ran.stdout


def test_texts_of_other_items_are_no_texts(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="none of the items taken is described"):
        world_of_file([Interaction("a", "x", 1, 1)], {"y": Described("Y", "")})


@pytest.mark.slow
def test_on_the_projects_own_learners_the_ranking_beats_popularity_clearly() -> None:
    figures = evaluate(world_of_demo(200), SEED, lambda *_: None)
    ours, popularity = figures[0], figures[1]
    assert ours.ndcg > 3 * popularity.ndcg
    assert ours.recall > 2 * popularity.recall
