from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.quizzes.grading import TEXT_MAX, Answer, ShownQuestion
from core.quizzes.models import KINDS, Question, QuestionKind, Quiz, QuizAttempt
from core.quizzes.selectors import shown_questions
from core.quizzes.statistics import QuestionStatistics
from ongoza_contracts.quizzes import QUESTIONS_MAX

OPTIONS_MAX = 20
POLICY = ("pass_percentage", "max_attempts", "wait_minutes", "question_count")
WEEK_MINUTES = 7 * 24 * 60


# --- quizzes -------------------------------------------------------------------------------------
class QuizSerializer(serializers.ModelSerializer[Quiz]):
    """A quiz without its questions, which an attempt has."""

    content_id = serializers.CharField(source="item.content_id", read_only=True)
    title = serializers.CharField(source="item.title", read_only=True)

    class Meta:
        model = Quiz
        fields = ("id", "content_id", "title", "version", *POLICY, "retired", "changed_at")
        read_only_fields = fields


class QuestionRequest(StrictSerializer):
    """A question with its key, which no answer shows again."""

    kind = serializers.ChoiceField(choices=KINDS)
    prompt = ProseField(max_length=4000)
    options = serializers.ListField(
        child=serializers.CharField(max_length=500),
        max_length=OPTIONS_MAX,
        default=list,
        help_text="At least two different ones, but for `text`; for `order` in the right order.",
    )
    right = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=OPTIONS_MAX),
        max_length=OPTIONS_MAX,
        default=list,
        help_text="The numbers of the right options, from 1: one for `single`, for `multiple` one "
        "or more.",
    )
    accepted = serializers.ListField(
        child=serializers.CharField(max_length=TEXT_MAX),
        max_length=OPTIONS_MAX,
        default=list,
        help_text="The right texts for `text`. Case and spaces do not count.",
    )
    feedback = ProseField(max_length=4000, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The columns of the question. Raises ValidationError for a key that does not fit."""
        for name in ("kind", "prompt"):
            if name not in attrs:  # in a list of a PATCH, which DRF takes for partial
                raise serializers.ValidationError({name: "This field is required."}, "required")
        options, right = attrs.pop("options", []), attrs.pop("right", [])
        accepted = attrs.pop("accepted", [])
        kind = attrs["kind"]
        is_text, is_order = kind == QuestionKind.TEXT, kind == QuestionKind.ORDER
        _require(bool(accepted) == is_text, "accepted", "`text` alone has accepted texts.")
        _require(
            not options if is_text else len({*map(_shown, options)}) == len(options) >= 2,
            "options",
            "Give at least two different options, and none for `text`.",
        )
        most = {QuestionKind.SINGLE: 1, QuestionKind.MULTIPLE: len(options)}.get(kind, 0)
        _require(
            min(most, 1) <= len(right) <= most
            and len({*right}) == len(right)
            and all(one <= len(options) for one in right),
            "right",
            "Give the numbers of the right options: one for `single`, one or more for `multiple`, "
            "and none else.",
        )
        return {**attrs, "options": options, "key": [] if is_order else accepted or sorted(right)}


def _shown(option: str) -> str:
    """Options that differ in spaces alone look the same; upper and lower case differ."""
    return " ".join(option.split())


def question_fields(question: Question) -> dict[str, Any]:
    """A question as `QuestionRequest` takes it, with its key: for the admin alone."""
    is_text = question.kind == QuestionKind.TEXT
    return {
        "kind": question.kind,
        "prompt": question.prompt,
        "options": question.options,
        "right": [] if is_text else question.key,
        "accepted": question.key if is_text else [],
        "feedback": question.feedback,
    }


def _require(holds: bool, field: str, wrong: str) -> None:
    if not holds:
        raise serializers.ValidationError({field: wrong}, "invalid")


class UpdateQuizRequest(StrictSerializer):
    """How attempts are drawn, passed and limited."""

    pass_percentage = serializers.IntegerField(min_value=1, max_value=100, default=80)
    max_attempts = serializers.IntegerField(
        min_value=1,
        max_value=1000,
        allow_null=True,
        default=None,
        help_text="At one attempt at the item; null is no limit.",
    )
    wait_minutes = serializers.IntegerField(
        min_value=0,
        max_value=WEEK_MINUTES,
        default=0,
        help_text="After an attempt that did not pass.",
    )
    question_count = serializers.IntegerField(
        min_value=1,
        max_value=QUESTIONS_MAX,
        allow_null=True,
        default=None,
        help_text="How many questions an attempt draws; null is all.",
    )


class PublishQuestionsRequest(StrictSerializer):
    questions = serializers.ListField(
        child=QuestionRequest(), min_length=1, max_length=QUESTIONS_MAX
    )


class PublishQuizRequest(PublishQuestionsRequest, UpdateQuizRequest):
    content_id = serializers.CharField(max_length=32)


# --- attempts ------------------------------------------------------------------------------------
class QuizAttemptSummarySerializer(serializers.ModelSerializer[QuizAttempt]):
    """An attempt without questions and answers."""

    class Meta:
        model = QuizAttempt
        fields = (
            *("id", "user", "quiz", "version", "number", "question_count", "pass_percentage"),
            *("started_at", "submitted_at", "score", "passed"),
        )
        read_only_fields = fields


class QuestionAnswerSerializer(serializers.Serializer[Mapping[str, Any]]):
    choices = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    text = serializers.CharField(allow_null=True)


class ShownQuestionSerializer(serializers.Serializer[Mapping[str, Any]]):
    number = serializers.IntegerField(help_text="In this attempt, from 1.")
    kind = serializers.ChoiceField(choices=KINDS)
    prompt = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField(), help_text="Numbered from 1.")
    answer = QuestionAnswerSerializer(allow_null=True, help_text="Null if it was not answered.")
    right = serializers.BooleanField(allow_null=True, help_text="Null before the attempt ends.")
    feedback = serializers.CharField(help_text="Empty before the attempt ends.")


class QuizAttemptSerializer(QuizAttemptSummarySerializer):
    """An attempt of the caller with its questions."""

    questions = serializers.SerializerMethodField()

    class Meta(QuizAttemptSummarySerializer.Meta):
        fields = (*QuizAttemptSummarySerializer.Meta.fields, "questions")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(ShownQuestionSerializer(many=True))
    def get_questions(self, attempt: QuizAttempt) -> Any:
        answers = {one["question"]: one for one in attempt.answers}
        shown: Any = [
            _question(attempt, one, answers.get(one.number)) for one in shown_questions(attempt)
        ]
        return ShownQuestionSerializer(shown, many=True).data


def _question(
    attempt: QuizAttempt, shown: ShownQuestion, answer: Mapping[str, Any] | None
) -> dict[str, Any]:
    question = shown.question
    return {
        "number": shown.number,
        "kind": question.kind,
        "prompt": question.prompt,
        "options": shown.options,
        "answer": answer,
        "right": attempt.outcomes.get(str(question.position)),
        "feedback": question.feedback if attempt.submitted_at else "",
    }


class QuestionAnswerRequest(StrictSerializer):
    """The answer to one question: `text` for a short text, else `choices`."""

    question = serializers.IntegerField(min_value=1, max_value=QUESTIONS_MAX)
    choices = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=OPTIONS_MAX),
        max_length=OPTIONS_MAX,
        required=False,
        help_text="The numbers of the selected options; for `order` all of them, in order.",
    )
    text = serializers.CharField(max_length=TEXT_MAX, required=False)

    def validate(self, attrs: dict[str, Any]) -> Answer:
        choices = attrs.get("choices")
        return Answer(
            question=attrs["question"],
            choices=None if choices is None else tuple(choices),
            text=attrs.get("text"),
        )


class SubmitRequest(StrictSerializer):
    answers = serializers.ListField(child=QuestionAnswerRequest(), max_length=QUESTIONS_MAX)


# --- statistics ----------------------------------------------------------------------------------
class QuestionStatisticsSerializer(serializers.Serializer[QuestionStatistics]):
    position = serializers.IntegerField(source="question.position")
    kind = serializers.ChoiceField(choices=KINDS, source="question.kind")
    prompt = serializers.CharField(source="question.prompt")
    attempts = serializers.IntegerField(
        help_text="First attempts in which it was drawn; what was not answered there is wrong."
    )
    has_enough_attempts = serializers.BooleanField()
    difficulty = serializers.FloatField(
        allow_null=True, help_text="The share of these attempts in which it was right."
    )
    discrimination = serializers.FloatField(
        allow_null=True, help_text="Correlation with the other questions of the attempt: -1 to 1."
    )


class QuizStatisticsSerializer(serializers.Serializer[Mapping[str, Any]]):
    version = serializers.IntegerField()
    questions = QuestionStatisticsSerializer(many=True)
