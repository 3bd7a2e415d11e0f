"""Search keeps the quality that it was measured to have, with the real models."""

import pytest

from ai.embeddings.encoder import Encoder, open_encoder
from ai.embeddings.multilingual import MultilingualEncoder, relative_score
from scripts.search_panel.measuring import Corpus, measure, ndcg, unrelated
from scripts.search_panel.panel import (
    QUERIES,
    demo_items,
    item_groups,
    technique_groups,
    techniques,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="module")
def demo(encoder: Encoder) -> Corpus:
    return Corpus(demo_items(), encoder)


def test_ndcg_is_1_for_the_best_order_and_counts_places() -> None:
    assert ndcg(["a", "b", "c"], frozenset("ab")) == 1
    assert ndcg(["c", "a"], frozenset("a")) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["c"], frozenset("a")) == 0


@pytest.mark.slow
def test_ids_and_rare_words_come_first_and_sentences_gain(encoder: Encoder) -> None:
    items = techniques()
    attack, groups = Corpus(items, encoder), technique_groups(items)
    for name in ("ids", "rare words", "title words"):
        assert measure(attack, groups[name]).both.first >= 0.95, name
    sentences = measure(attack, groups["sentences"])
    assert sentences.both.ndcg >= sentences.dense.ndcg + 0.045  # measured: 0.051
    assert measure(attack, groups["acronyms"]).both.ndcg >= 0.95  # measured: 0.98


def test_english_stays_good_and_unrelated_queries_score_low(demo: Corpus) -> None:
    assert measure(demo, item_groups()["en"]).both.ndcg >= 0.87  # measured: 0.90
    assert max(unrelated(demo, QUERIES["unrelated"])) <= 0.3  # measured: 0.26


@pytest.mark.slow
def test_other_languages_find_english_items() -> None:
    model = MultilingualEncoder()
    items, groups = Corpus(demo_items(), model, model.queries(), relative_score), item_groups()
    assert measure(items, groups["fr"]).both.ndcg >= 0.70  # measured: 0.75
    assert measure(items, groups["sw"]).both.ndcg >= 0.60  # measured: 0.67
    assert max(unrelated(items, QUERIES["unrelated"])) <= 0.32  # measured: 0.27
