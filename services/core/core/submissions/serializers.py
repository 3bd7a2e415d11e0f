from typing import Any

from django.core.validators import URLValidator
from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, ProseField, StrictSerializer
from core.kit.user_texts import user_text_html
from core.lessons.markup import SECTION_MAX
from core.submissions.models import (
    ARTIFACT_KINDS,
    Artifact,
    ArtifactKind,
    Extension,
    Submission,
    Suggestion,
)
from core.submissions.similar import Similarity
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict
from ongoza_contracts.vocabulary import ID_MAX

LINK_SCHEMES = ("https", "http")
TEXT_MAX = SECTION_MAX
MODEL_NAME = r"^[A-Za-z0-9._/@-]{1,200}$"
RECEIPT_MAX = 20_000
"""Characters: more than one of ARTIFACTS_MAX artifacts has."""
CONTENT = {ArtifactKind.TEXT: "text", ArtifactKind.LINK: "url", ArtifactKind.FILE: "file"}
"""The field that an artifact of each kind has."""


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """An attempt at a mission. `score` is in per cent, after deductions."""

    previous = serializers.UUIDField(
        source="previous_id",
        read_only=True,
        allow_null=True,
        help_text="The attempt whose requested changes it makes.",
    )

    class Meta:
        model = Submission
        fields = (
            *("id", "user", "mission", "attempt", "previous", "state", "rubric_version"),
            *("artifacts", "submitted_at", "late_minutes", "late_deduction", "score"),
            *("decided_at", "created_at", "updated_at"),
        )
        read_only_fields = fields


class ArtifactSerializer(serializers.ModelSerializer[Artifact]):
    """A text, link or file of an attempt; the bytes of a file are at its `content/`."""

    content_type = serializers.CharField(
        source="blob.content_type", default=None, read_only=True, allow_null=True
    )

    class Meta:
        model = Artifact
        fields = (
            *("id", "submission", "kind", "name", "text", "url", "content_type"),
            *("size", "sha256", "created_at", "changed_at"),
        )
        read_only_fields = fields


class ArtifactDetailSerializer(ArtifactSerializer):
    """An artifact with the HTML of its text."""

    html = serializers.SerializerMethodField(
        help_text="Of a text, without scripts, styles, tables and images; else empty."
    )

    class Meta(ArtifactSerializer.Meta):
        fields = (*ArtifactSerializer.Meta.fields, "html")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_html(self, artifact: Artifact) -> str:
        return user_text_html(artifact.text)


class ChangeTextRequest(StrictSerializer):
    name = serializers.CharField(max_length=200, allow_blank=True)
    text = ProseField(max_length=TEXT_MAX, help_text="Markdown.")


class AddArtifactRequest(StrictSerializer):
    """`text`, `url` or `file`, as `kind` says; a file keeps the name of its upload."""

    kind = serializers.ChoiceField(choices=ARTIFACT_KINDS)
    name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    text = ProseField(max_length=TEXT_MAX, required=False, help_text="Markdown.")
    url = serializers.CharField(
        max_length=2000, required=False, validators=[URLValidator(schemes=LINK_SCHEMES)]
    )
    file = serializers.UUIDField(required=False, help_text="The id of a complete file of yours.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = ArtifactKind(attrs["kind"])
        needed = CONTENT[kind]
        if needed not in attrs:
            raise serializers.ValidationError({needed: f"A {kind} needs it."}, "required")
        unused = {*CONTENT.values()} - {needed}
        if kind == ArtifactKind.FILE:
            unused.add("name")
        if found := sorted(unused & attrs.keys()):
            raise serializers.ValidationError({found[0]: f"A {kind} has none."}, "not_allowed")
        return attrs


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    class Meta:
        model = Extension
        fields = ("id", "mission", "user", "until", "granted_by", "changed_at")
        read_only_fields = fields


class GrantExtensionRequest(StrictSerializer):
    user = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    until = AwareDateTimeField(help_text="After the mission's due time.")


# --- receipts ------------------------------------------------------------------------------------
class ReceiptArtifactSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ARTIFACT_KINDS)
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField(help_text="Of the bytes, or of the text or URL in UTF-8.")


class ReceiptStatementSerializer(serializers.Serializer[Any]):
    """What a receipt states."""

    receipt_version = serializers.IntegerField(help_text="Of these fields.")
    submission = serializers.UUIDField()
    mission = serializers.UUIDField()
    rubric_version = serializers.IntegerField()
    user = serializers.IntegerField()
    attempt = serializers.IntegerField()
    submitted_at = serializers.DateTimeField(help_text="By the server's clock.")
    late_minutes = serializers.IntegerField()
    artifacts = ReceiptArtifactSerializer(many=True)
    sha256 = serializers.CharField(
        help_text="Of the artifacts' hashes in their order, each on a line of its own."
    )


class SubmissionReceiptSerializer(serializers.Serializer[Any]):
    receipt = serializers.CharField(help_text="A JSON Web Token.")
    statement = ReceiptStatementSerializer()


class VerifyReceiptRequest(StrictSerializer):
    receipt = serializers.CharField(max_length=RECEIPT_MAX)


class VerifiedReceiptSerializer(serializers.Serializer[Any]):
    valid = serializers.BooleanField()
    statement = ReceiptStatementSerializer(allow_null=True)


# --- similarity ----------------------------------------------------------------------------------
class SimilaritySerializer(serializers.Serializer[Similarity]):
    artifact = serializers.UUIDField(source="artifact.pk")
    equal = serializers.BooleanField(source="is_equal")
    percent = serializers.IntegerField(
        source="overlap.percent", help_text="How much of a text the other one has too."
    )
    passages = serializers.ListField(
        child=serializers.CharField(), source="overlap.passages", help_text="As this text has them."
    )
    other_submission = serializers.SerializerMethodField(
        help_text="Null for the work of a learner whom you do not review."
    )
    other_submitted_at = serializers.DateTimeField(source="other.submission.submitted_at")

    def get_other_submission(self, found: Similarity) -> str | None:
        return str(found.other.submission_id) if found.is_reached else None


class SimilaritiesSerializer(serializers.Serializer[Any]):
    similarities = SimilaritySerializer(many=True)


# --- suggestions ---------------------------------------------------------------------------------
class ExemplarsSerializer(serializers.Serializer[Any]):
    texts = serializers.ListField(
        child=serializers.CharField(),
        help_text="Of accepted works of other learners, of each the beginning.",
    )


class CheckVerdictRequest(StrictSerializer):
    check = serializers.ChoiceField(choices=enum_choices(SuggestionCheck))
    verdict = serializers.ChoiceField(choices=enum_choices(SuggestionVerdict))
    value = serializers.FloatField(min_value=0, max_value=ID_MAX, allow_null=True)


class SuggestionRequest(StrictSerializer):
    on_draft = serializers.BooleanField()
    model = serializers.RegexField(MODEL_NAME, max_length=200)
    rule_version = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    checks = serializers.ListField(child=CheckVerdictRequest(), max_length=len(SuggestionCheck))

    def validate_checks(self, checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = [one["check"] for one in checks]
        if len(names) != len({*names}):
            raise serializers.ValidationError("Name each check once.", "repeated")
        return checks


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """What ai suggested last on an attempt, in verdicts and numbers."""

    checks = CheckVerdictRequest(many=True, read_only=True)

    class Meta:
        model = Suggestion
        fields = (
            *("id", "submission", "on_draft", "model", "rule_version", "checks"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields
