from hypothesis import given
from hypothesis import strategies as st

from ai.embeddings.batches import by_length

LENGTHS = st.lists(st.integers(min_value=1, max_value=256), max_size=100)
BUDGETS = st.integers(min_value=1, max_value=1024)


def test_texts_of_about_the_same_length_run_together() -> None:
    assert list(by_length([9, 1, 5, 2, 4], budget=10)) == [[1, 3], [4, 2], [0]]


def test_a_text_longer_than_the_budget_runs_alone() -> None:
    assert list(by_length([20, 3, 30, 3], budget=10)) == [[1, 3], [0], [2]]


def test_no_texts_make_no_batch() -> None:
    assert list(by_length([], budget=10)) == []


@given(lengths=LENGTHS, budget=BUDGETS)
def test_every_text_is_in_exactly_one_batch(lengths: list[int], budget: int) -> None:
    positions = [position for batch in by_length(lengths, budget) for position in batch]
    assert sorted(positions) == list(range(len(lengths)))


@given(lengths=LENGTHS, budget=BUDGETS)
def test_no_batch_of_several_is_over_the_budget_once_padded(
    lengths: list[int], budget: int
) -> None:
    for batch in by_length(lengths, budget):
        padded = len(batch) * max(lengths[position] for position in batch)
        assert batch
        assert padded <= budget or len(batch) == 1
