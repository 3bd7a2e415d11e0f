"""Results of quizzes are published without questions and answers."""

from core.outbox.publications import Publication, register
from core.quizzes.models import QuizResult
from ongoza_contracts.quizzes import QuizResultRecorded

QUIZ_RESULTS = register(
    Publication(
        model=QuizResult,
        fact=QuizResultRecorded,
        columns={"quiz_result_id": "id"},
    )
)
