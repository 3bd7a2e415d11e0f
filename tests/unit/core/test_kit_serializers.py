"""What StrictSerializer refuses that DRF lets pass."""

from typing import Any

import pytest
from rest_framework import serializers

from core.kit.serializers import StrictSerializer


class Part(StrictSerializer):
    count = serializers.IntegerField(required=False)


class Sample(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    text = serializers.CharField(required=False, allow_null=True)
    whole = serializers.IntegerField(required=False, min_value=0)
    number = serializers.FloatField(required=False)
    truth = serializers.BooleanField(required=False)
    choice = serializers.ChoiceField(choices=["1", "2"], required=False)
    numbers = serializers.ListField(child=serializers.IntegerField(), required=False)
    part = Part(required=False)
    parts = Part(many=True, required=False)
    anything = serializers.JSONField(required=False)


def refusals(body: Any) -> dict[str, Any]:
    serializer = Sample(data=body)
    assert not serializer.is_valid()
    return {name: details[0].code for name, details in serializer.errors.items()}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "7", "whole": 7, "number": 7, "truth": False, "choice": "1"},
        {"text": None, "number": 7.5, "numbers": [1, 2], "part": {"count": 1}},
        {"parts": [{"count": 1}, {}], "anything": {"a": [1, "x", None, True]}},
    ],
)
def test_values_of_the_fields_own_json_types_are_accepted(body: dict[str, Any]) -> None:
    serializer = Sample(data=body)
    assert serializer.is_valid(), serializer.errors
    assert dict(serializer.validated_data) == body


def test_an_unknown_field_is_refused() -> None:
    assert refusals({"text": "a", "colour": "red"}) == {"colour": "unknown_field"}


def test_a_read_only_field_is_refused() -> None:
    assert refusals({"id": 1}) == {"id": "read_only"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 7),
        ("text", True),
        ("text", ["a"]),
        ("whole", "7"),
        ("whole", 7.0),
        ("whole", True),
        ("number", "7.5"),
        ("number", False),
        ("truth", 1),
        ("truth", "true"),
        ("choice", 1),
        ("numbers", {"0": 1}),
        ("numbers", [1, "2"]),
        ("numbers", [True]),
    ],
)
def test_a_value_of_another_json_type_is_refused(name: str, value: Any) -> None:
    assert refusals({name: value}) == {name: "wrong_type"}


def test_a_nested_serializer_is_as_strict() -> None:
    serializer = Sample(data={"parts": [{"count": "1"}], "part": {"odd": 1}})
    assert not serializer.is_valid()
    assert serializer.errors["parts"][0]["count"][0].code == "wrong_type"
    assert serializer.errors["part"]["odd"][0].code == "unknown_field"


@pytest.mark.parametrize("body", [None, [], "text", 7, True])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    serializer = Sample(data=body)
    assert not serializer.is_valid()
