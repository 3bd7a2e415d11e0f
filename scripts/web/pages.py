"""The pages of the client, by who opens them: for pictures, and for tests of all pages."""

PUBLIC = (
    "/sign-up",
    "/log-in",
    "/log-in/link",
    "/reset-password",
    "/guardian",
    "/offline",
    "/nothing-is-here",
)
LEARNER = (
    "/onboarding/ai-profiler",
    "/onboarding/ai-profiler/result",
    "/dashboard/student",
    "/learn",
    "/missions",
    "/search?q=web+security",
    "/coaching",
    "/coaching/goals",
    "/coaching/reflections",
    "/mentorship",
    "/mentorship/sessions",
    "/messages",
    "/cohorts",
    "/calendar",
    "/certificates",
    "/notifications",
    "/settings",
    "/settings/security",
    "/settings/notifications",
    "/settings/export",
    "/unsent",
    "/verify-email",
)
MENTOR = (
    "/reviews",
    "/mentees",
    "/mentorship/sessions",
    "/mentorship/hours",
    "/messages",
    "/settings",
)
DIRECTOR = ("/dashboard/staff", "/members", "/cohorts", "/reviews", "/webhooks", "/settings")
ADMIN = ("/dashboard/staff", "/members", "/cohorts")

PAGES: dict[str | None, tuple[str, ...]] = {
    None: PUBLIC,
    "learner": LEARNER,
    "mentor": MENTOR,
    "director": DIRECTOR,
    "admin": ADMIN,
}
"""By role; None for callers who are not signed in."""

FOLLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "learner": (
        ("/learn", "main a[href^='/learn/']"),
        ("/missions", "main a[href^='/missions/']"),
        ("/cohorts", "main a[href^='/cohorts/']"),
    ),
    "mentor": (
        ("/reviews", "main a[href^='/reviews/']"),
        ("/mentees", "main a[href^='/mentees/']"),
        ("/messages", "main a[href^='/messages/']"),
    ),
    "director": (
        ("/cohorts", "main a[href^='/cohorts/']"),
        ("/webhooks", "main a[href^='/webhooks/']"),
    ),
}
"""By role: a page, and the link on it whose page is looked at too."""
