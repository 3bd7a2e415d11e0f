from django.urls import path

from core.cohorts import enrolment_views, views

COHORT, ENROLMENT = "cohorts/<uuid:cohort_id>/", "enrolments/<uuid:enrolment_id>/"

urlpatterns = [
    path("cohorts/", views.Cohorts.as_view()),
    path(COHORT, views.CohortDetail.as_view()),
    path(f"{COHORT}transitions/", views.CohortTransitions.as_view()),
    path(f"{COHORT}pools/", views.Pools.as_view()),
    path(f"{COHORT}announcements/", views.Announcements.as_view()),
    path(f"{COHORT}enrolments/", enrolment_views.CohortEnrolments.as_view()),
    path(f"{COHORT}enrolments/bulk/", enrolment_views.BulkEnrolment.as_view()),
    path(f"{COHORT}waitlist/", enrolment_views.WaitingList.as_view()),
    path("codes/", views.Codes.as_view()),
    path("codes/<uuid:code_id>/end/", views.EndCode.as_view()),
    path("enrolments/", enrolment_views.Enrolments.as_view()),
    path(ENROLMENT, enrolment_views.EnrolmentDetail.as_view()),
    path(f"{ENROLMENT}accept/", enrolment_views.Accept.as_view()),
    path(f"{ENROLMENT}decline/", enrolment_views.Decline.as_view()),
    path(f"{ENROLMENT}withdraw/", enrolment_views.Withdraw.as_view()),
    path(f"{ENROLMENT}pay/", enrolment_views.Pay.as_view()),
    path(f"{ENROLMENT}confirm-payment/", enrolment_views.ConfirmPayment.as_view()),
    path(f"{ENROLMENT}suspend/", enrolment_views.Suspend.as_view()),
    path(f"{ENROLMENT}resume/", enrolment_views.Resume.as_view()),
    path(f"{ENROLMENT}transfer/", enrolment_views.Transfer.as_view()),
]
