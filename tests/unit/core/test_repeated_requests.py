"""POST routes that take no `Idempotency-Key`, with the reason why a repetition does no harm."""

from collections.abc import Iterator, Mapping

from drf_spectacular.generators import EndpointEnumerator

WITHOUT_KEY: Mapping[str, tuple[str, ...]] = {
    "Sets a state that is so after the first request: the second changes nothing, or is refused.": (
        "auth/logout/",
        "auth/verify-email/",
        "certificates/",
        "certificates/{certificate_id}/revoke/",
        "coaching/habits/{habit_id}/log/",
        "codes/{code_id}/end/",
        "conduct/blocks/",
        "conduct/queue/{report_id}/transitions/",
        "cohorts/{cohort_id}/transitions/",
        "content/{content_id}/bodies/{body_id}/publish/",
        "content/{content_id}/restore/",
        "content/{content_id}/retire/",
        "enrolments/{enrolment_id}/accept/",
        "enrolments/{enrolment_id}/confirm-payment/",
        "enrolments/{enrolment_id}/decline/",
        "enrolments/{enrolment_id}/resume/",
        "enrolments/{enrolment_id}/suspend/",
        "enrolments/{enrolment_id}/withdraw/",
        "entitlements/{entitlement_id}/end/",
        "guardian-consents/",
        "mentorship/matches/{match_id}/end/",
        "mentorship/requests/{request_id}/decline/",
        "mentorship/requests/{request_id}/withdraw/",
        "mentorship/sessions/{session_id}/attendance/",
        "mentorship/sessions/{session_id}/cancel/",
        "mentorship/sessions/{session_id}/confirm/",
        "mentorship/sessions/{session_id}/feedback/",
        "mentorship/sessions/{session_id}/move/",
        "jobs/{job_id}/retry/",
        "mentorship/flags/{flag_id}/resolve/",
        "mentorship/groups/{group_id}/cancel/",
        "mentorship/groups/{group_id}/seats/",
        "mentorship/matches/{match_id}/messages/read/",
        "subscriptions/{subscription_id}/cancel/",
        "subscriptions/{subscription_id}/change-plan/",
        "subscriptions/{subscription_id}/pay/",
        "subscriptions/{subscription_id}/resume/",
        "payments/mpesa/callback/{secret}/",
        "payments/stripe/webhook/",
        "milestones/{milestone_id}/restore/",
        "missions/{mission_id}/hints/{number}/unlock/",
        "missions/{mission_id}/publish/",
        "missions/{mission_id}/restore/",
        "missions/{mission_id}/retire/",
        "milestones/{milestone_id}/retire/",
        "notifications/phone/confirm/",
        "notifications/read/",
        "programs/{program_id}/restore/",
        "programs/{program_id}/retire/",
        "quizzes/{quiz_id}/restore/",
        "quizzes/{quiz_id}/retire/",
        "reviews/{submission_id}/claim/",
        "reviews/{submission_id}/release/",
        "reviews/{submission_id}/take-away/",
        "submissions/{submission_id}/submit/",
        "submissions/{submission_id}/withdraw/",
        "users/{user_id}/activate/",
        "users/{user_id}/deactivate/",
        "users/me/consents/",
        "users/me/guardian/",
        "users/me/password/",
    ),
    "Creates a row that is found again by what the body says, or is refused as taken.": (
        "student/list-views/",
        "auth/signup/",
        "files/",
        "invitations/{token}/accept/",
        "missions/{mission_id}/extensions/",
        "notifications/push-subscriptions/",
        "organizations/{organization_id}/invitations/",
        "profiling/sessions/",
        "profiling/sessions/{session_id}/result/",
        "users/",
    ),
    "Its response has a secret, which is not stored; what it made shows in a list.": (
        "auth/tokens/",
        "calendar/token/",
        "coaching/reflections/",
        "codes/",
        "portfolio/address/",
        "missions/{mission_id}/flags/issue/",
        "users/{user_id}/view-as/",
        "webhook-subscriptions/",
        "webhook-subscriptions/{subscription_id}/secret/",
    ),
    "Belongs to signing in, which has no caller yet whose key it would be.": (
        "auth/login/",
        "auth/login/link/",
        "auth/login/second-factor/",
        "auth/login/second-factor/enrol/",
        "auth/login/second-factor/enrol/confirm/",
        "auth/oidc/{provider}/",
        "auth/oidc/{provider}/finish/",
        "auth/password/reset/confirm/",
        "auth/token/exchange/",
        "auth/token/refresh/",
        "auth/totp/",
        "auth/totp/confirm/",
        "guardian-consents/link/",
    ),
    "Changes nothing.": ("receipts/verify/",),
    "A second one is another file, which expires.": ("sponsor/reports/",),
    "Extends a lease, twice at most; its response says how often is left.": (
        "reviews/{submission_id}/extend/",
    ),
    "Sends something again, which is what is asked for.": (
        "auth/password/reset/",
        "internal/users/{user_id}/republish/",
        "internal/versions/{kind}/{key}/",
        "organizations/{organization_id}/invitations/{invitation_id}/resend/",
        "webhook-subscriptions/{subscription_id}/ping/",
        "webhook-subscriptions/{subscription_id}/replay/",
    ),
}


def routes_without_key() -> Iterator[str]:
    endpoints = EndpointEnumerator().get_api_endpoints()  # type: ignore[no-untyped-call]
    for path, _, method, callback in endpoints:
        if method == "POST" and "POST" not in getattr(callback.cls, "idempotent_methods", ()):
            yield path.removeprefix("/api/v1/")


def test_every_post_takes_a_key_or_says_why_it_needs_none() -> None:
    named = [route for routes in WITHOUT_KEY.values() for route in routes]
    assert sorted(named) == sorted(routes_without_key())
