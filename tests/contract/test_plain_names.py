"""The field's terms: names that had a better-known one do not come back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "contracts" / "corpus"

# Where a name was, and the field's word for it: see docs/glossary.md.
REPLACED: dict[str, dict[str, str]] = {
    "services/core/core": {
        "locked": "get_for_update",
        "locked_or_new": "get_or_create_for_update",
        "titled": "enum_choices",
        "chosen": "enum_param",
        "user_id_or": "user_id_param",
        "positive": "positive_int_param",
        "refuse_odd_parameters": "validate_query_params",
        "_PATIENCE_BYTES": "MAX_DRAIN_BYTES",
        "sized_bodies": "buffer_chunked_bodies",
        "_read_off": "drain",
        "SlashMiddleware": "OptionalTrailingSlashMiddleware",
        "SENTENCES": "DEFAULT_MESSAGES",
        "Stretch": "VersionPage",
        "stretch": "version_page",
        "behind": "after_cursor",
        "of_key": "filter_by_key",
        "publish_again": "republish",
        "OutlivedKey": "DeletedEntityKey",
        "append_last": "append_deletion",
        "take_outlived_keys": "pop_deleted_keys",
        "Stop": "ShutdownFlag",
        "ask": "ShutdownFlag.request",
        "Publishes": "Publisher",
        "_tell": "log_state_change",
        "_locked_out": "auth_error",
        "is_right": "check_password",
        "_say": "set_verdict",
        "_refuse_circles": "check_acyclic",
        "OtherResult": "ResultConflict",
        "OneUser": "UserDetail",
        "OneOrganization": "OrganizationDetail",
        "OneProgram": "ProgramDetail",
        "OneContent": "ContentDetail",
        "OneProgress": "ProgressDetail",
        "OneFeedback": "FeedbackDetail",
        "OneSession": "SessionDetail",
        "OneAnswer": "AnswerDetail",
        "OneVersion": "VersionDetail",
        "Place": "PartitionId",
        "Begun": "AuthorizationRequest",
        "Created": "CreatedApiToken",
        "Exchanged": "ScopedAccessToken",
        "Enrolled": "CompletedEnrolment",
        "hit": "count_attempt",
        "never": "uncompressed_paths",
    },
    "infra": {"_locked_out": "auth_error"},
    "contracts/ongoza_contracts/codec.py": {"forget": "tombstone"},
    "services/ai/ai": {
        "Together": "ItemNeighbours",
        "fading": "decay_weights",
        "doubt": "shrinkage",
        "SOON": "order_decay",
        "GUESS": "PRIOR_WEIGHT",
        "seeds": "profile_items",
        "trust_in": "shrinkage_factor",
        "TOLD_FROM": "K_ANONYMITY",
        "Said": "Feedback",
        "Step": "Interaction",
        "ANEW": "FORCE_REFRESH",
        "FLATTERY": "selection-bias correction",
        "Standing": "ScoredResponses",
        "sheet": "response_vector",
        "asking": "item_selection",
        "conduct": "careless_responding",
        "appeal": "choice_probability",
        "saying": "narrative",
        "that_stay": "persisting",
        "die": "exit_process",
        "forever": "run_periodically",
        "Brokers": "KafkaConfig",
        "Place": "TopicPartition",
        "SHARED": "LEARNER_READ_LOCK",
        "ALONE": "LEARNER_WRITE_LOCK",
        "Tells": "ProgressReporter",
        "TryAgain": "ServiceUnavailable",
        "parking": "parked",
        "Revoked": "RevocationList",
        "AGAIN_SECONDS": "RETRY_SECONDS",
        "settle": "review_refused",
        "FAR": "FAR_VERSION_CODE",
        "FAR_VERSION": "VERSION_GAP_MAX",
        "NotAlive": "NoSuchUser",
        "read_tolerantly": "use_tolerant_records",
        "run_in_turn": "run_in_child",
    },
    "services/ai/ai/catalogue": {"words": "semantic_weight"},
    "services/ai/ai/recommendations": {"words": "semantic_weight", "together": "co_completion"},
    "scripts/bench": {"ask": "run_child", "in_turns": "interleave", "polite": "fairness"},
}


def names(path: Path) -> Iterator[str]:
    """Every name a module defines, uses or is called by."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.arg(arg=name) | ast.alias(name=name):
                yield name.split(".")[-1]
            case ast.keyword(arg=str(name)):
                yield name


@pytest.mark.parametrize("place", REPLACED)
def test_a_replaced_name_is_nowhere_left(place: str) -> None:
    root = ROOT / place
    modules = (
        [root] if root.suffix else [p for p in root.rglob("*.py") if "migrations" not in p.parts]
    )
    assert modules
    left = [
        f"{path.relative_to(ROOT)}: {name} is {REPLACED[place][name]}"
        for path in modules
        for name in sorted({*names(path)} & REPLACED[place].keys())
    ]
    assert left == []


def test_cases_of_the_corpus_say_what_is_malformed() -> None:
    assert [path.name for path in CORPUS.iterdir() if path.name.startswith("odd.")] == []


def test_a_replaced_name_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("import ai.kit.parking\n\ndef locked(seeds):\n    return Stop.ask(words=1)\n")
    found = {*names(module)}
    assert {"parking", "locked", "seeds", "Stop", "ask", "words"} <= found
