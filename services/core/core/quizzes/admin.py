"""Quizzes in the admin: the only place that shows the key of a question."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import EtagForm, ReadOnlyAdmin, sentences
from core.kit.admin_actions import service_action
from core.programs.admin import RetirableAdmin
from core.quizzes import authoring
from core.quizzes.models import Question, Quiz, QuizAttempt
from core.quizzes.selectors import questions_of
from core.quizzes.serializers import (
    POLICY,
    PublishQuestionsRequest,
    UpdateQuizRequest,
    question_fields,
)


class QuizForm(EtagForm):
    questions = forms.JSONField(
        widget=UnfoldAdminTextareaWidget({"rows": 30}),
        help_text="A list of questions as POST /api/v1/quizzes/ takes them. A change is a new "
        "version; open attempts keep theirs.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "questions" in self.fields and self.instance.pk:
            present = questions_of(self.instance.pk, self.instance.version)
            self.initial["questions"] = [*map(question_fields, present)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        policy = {name: cleaned[name] for name in POLICY if name in cleaned}
        request = UpdateQuizRequest(data=policy, partial=True)
        if not request.is_valid():
            for name, faults in request.errors.items():
                self.add_error(name, [str(one) for one in faults])
        return cleaned

    def clean_questions(self) -> list[dict[str, Any]]:
        """The columns of the questions."""
        request = PublishQuestionsRequest(data={"questions": self.cleaned_data["questions"]})
        if not request.is_valid():
            raise forms.ValidationError(sentences(request.errors))
        checked: list[dict[str, Any]] = request.validated_data["questions"]
        return checked


@admin.register(Quiz)
class QuizAdmin(RetirableAdmin):
    form = QuizForm
    list_display = ("item", "version", *POLICY[:2], "shown_state")
    list_filter = ("retired",)
    fields = ("item", *POLICY, "questions", "etag", "version", "shown_state")
    readonly_fields = ("shown_questions", "version", "shown_state")
    actions = actions_detail = ("retire", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "item") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A retired quiz is only shown, which a field of the form is not."""
        if not (obj and obj.retired):
            return self.fields
        return ("item", *POLICY, "shown_questions", "version", "shown_state")

    @admin.display(description="Questions")
    def shown_questions(self, quiz: Quiz) -> str:
        present = questions_of(quiz.pk, quiz.version) if quiz.pk else []
        return json.dumps([*map(question_fields, present)], ensure_ascii=False, indent=2)

    def save_model(self, request: HttpRequest, obj: Quiz, form: Any, change: bool) -> None:
        questions = form.cleaned_data["questions"]
        policy = {name: form.cleaned_data[name] for name in POLICY}
        if change:
            new = questions if "questions" in form.changed_data else None
            authoring.update_quiz(quiz_id=obj.pk, if_match=form.if_match, questions=new, **policy)
        else:
            content_id = form.cleaned_data["item"].content_id
            quiz = authoring.publish_quiz(content_id=content_id, questions=questions, **policy)
            obj.pk = quiz.pk
        obj.refresh_from_db()

    @service_action("Retire", explanation="Self-reports complete the item again.")
    def retire(self, request: HttpRequest, quiz: Quiz) -> None:
        authoring.retire_quiz(quiz_id=quiz.pk)

    @service_action("Restore", explanation="The item is completed by passing the quiz again.")
    def restore(self, request: HttpRequest, quiz: Quiz) -> None:
        authoring.restore_quiz(quiz_id=quiz.pk)


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ("quiz", "version", "position", "kind")
    list_filter = ("kind",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("quiz__item",)


@admin.register(QuizAttempt)
class QuizAttemptAdmin(ReadOnlyAdmin):
    list_display = ("user", "quiz", "number", "submitted_at", "score")
    list_filter = ("passed",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("user", "quiz__item")
