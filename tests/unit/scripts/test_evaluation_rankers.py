"""What the ranking is compared with, and what it reaches on invented worlds of four kinds."""

import tracemalloc
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from scripts.evaluate import main
from scripts.evaluation.cases import World, world_of_file
from scripts.evaluation.evaluating import evaluate
from scripts.evaluation.metrics import ndcg
from scripts.evaluation.rankers import (
    Ease,
    Factors,
    Markov,
    ProductRanking,
    Ranker,
    rankers,
)
from scripts.evaluation.reading import Interaction, read_interactions
from scripts.evaluation.worlds import WORLDS, invent

FILES = Path(__file__).parents[2] / "data" / "evaluation"
APP = typer.Typer()
APP.command()(main)
SEED = 7
DRAWN = 2000
AS_TAKEN = [(name, None) for name in WORLDS]
SHUFFLED = [(name, SEED) for name, shape in WORLDS.items() if shape.in_order]


def walked(histories: Sequence[str]) -> World:
    """A letter is an item; the last one of each is hidden."""
    return world_of_file(
        [
            Interaction(str(user), item, 1, at)
            for user, history in enumerate(histories)
            for at, item in enumerate(history)
        ],
        None,
    )


def first(ranker: Ranker, world: World, case: int) -> str:
    ranker.learn(world)
    return world.catalogue.items[ranker.top(world.cases[case])[0]].content_id


def test_a_markov_chain_names_what_came_most_often_right_after_the_last_item() -> None:
    world = walked(["abx", "aby", "acbz", "cax"])
    assert first(Markov(), world, 3) == "b"  # twice after a, and c once


def test_ease_names_what_was_taken_with_all_of_the_history() -> None:
    world = walked(["abcx", "abcx", "adex", "adex", "abx"])
    assert first(Ease(), world, 4) == "c"


@pytest.mark.parametrize("kind", ["BPR", "ALS"])
def test_the_same_seed_gives_the_same_factors(kind: str) -> None:
    world = world_of_file(read_interactions(FILES / "ratings-for-seed.csv"), None)
    lists = []
    for _ in range(2):
        ranker = Factors(kind, SEED)
        ranker.learn(world)
        lists.append([ranker.top(case) for case in world.cases])
        assert ranker.model.num_threads == 1
    assert lists[0] == lists[1]


def sparse_world() -> World:
    """4,500 users, 4,500 items and 22,500 interactions."""
    chance = np.random.default_rng(SEED)
    taken = [
        Interaction(f"u{user}", f"i{item}", 1, at)
        for user in range(4500)
        for at, item in enumerate(chance.choice(4500, 5, replace=False).tolist())
    ]
    return world_of_file([*taken, Interaction("u0", "i4499", 1, 9)], None)


@pytest.mark.slow
def test_memory_grows_with_the_interactions_and_not_with_users_times_items() -> None:
    world = sparse_world()
    dense = len(world.cases) * len(world.catalogue.items) * 4
    names = []
    for ranker in rankers(SEED, len(world.catalogue.items)):
        tracemalloc.start()
        ranker.learn(world)
        ranker.top(world.cases[0])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        names.append(ranker.name.split()[0])
        assert peak < dense / 1.2, ranker.name
    assert not {"EASE", "EASE+Markov"} & {*names}  # its items squared are too many


def test_without_a_cold_start_the_rest_is_said() -> None:
    figures = evaluate(walked(["abc", "bca", "cab"]), SEED, lambda *_: None)
    assert {one.cold_ndcg for one in figures} == {None}


def test_in_a_random_split_any_item_may_be_hidden_and_times_are_not_needed(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    rows = "".join(f"{user},{item}\n" for user in range(40) for item in range(user % 5, 8))
    path.write_text("user,item\n" + rows)
    shuffled = world_of_file(read_interactions(path, in_order=False), None, SEED)
    assert len({case.target for case in shuffled.cases}) > 4
    again = world_of_file(read_interactions(path, in_order=False), None, SEED)
    assert [case.target for case in again.cases] == [case.target for case in shuffled.cases]
    assert CliRunner().invoke(APP, [str(path)]).exit_code == 2
    result = CliRunner().invoke(APP, [str(path), "--random-split"])
    assert result.exit_code == 0, result.output
    assert "Hidden: any item of each user" in result.output


invented = cache(invent)


def gains(ranker: Ranker, world: World) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    ranker.learn(world)
    return np.array([ndcg(ranker.top(case), case.target) for case in world.cases])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shuffled"), [*AS_TAKEN, *SHUFFLED])
def test_the_ranking_is_not_behind_the_better_of_ease_and_markov(
    name: str, shuffled: int | None
) -> None:
    """Behind is a mean that is lower beyond the 95 % interval of a bootstrap over users."""
    world = world_of_file(invented(name), None, shuffled)
    ours = gains(ProductRanking(), world)
    better = max((gains(one, world) for one in (Ease(), Markov())), key=np.mean)
    chance = np.random.default_rng(SEED)
    drawn = chance.integers(len(ours), size=(DRAWN, len(ours)))
    high = np.percentile((ours - better)[drawn].mean(axis=1), 97.5)
    assert high >= 0, (ours.mean(), better.mean())


@pytest.mark.slow
def test_an_invented_world_is_the_same_for_the_same_seed() -> None:
    for name, shape in WORLDS.items():
        world = invented(name)
        assert len(world) == shape.users * shape.steps
        assert len({(one.user, one.item) for one in world}) == len(world)
    assert invent("no-order") == invented("no-order") != invent("no-order", 1)
