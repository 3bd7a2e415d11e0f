from rest_framework import serializers

from core.feedback.models import Feedback
from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from ongoza_contracts.vocabulary import Verdict


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    """A learner's verdict on an item."""

    content_id = serializers.CharField()

    class Meta:
        model = Feedback
        fields = ("content_id", "verdict", "created_at", "updated_at")
        read_only_fields = fields


class GiveRequest(StrictSerializer):
    content_id = serializers.CharField(max_length=64)
    verdict = serializers.ChoiceField(choices=enum_choices(Verdict))
