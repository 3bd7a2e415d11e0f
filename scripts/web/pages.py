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
    "/learn/path",
    "/missions",
    "/search?q=web+security",
    "/coaching",
    "/coaching/goals",
    "/coaching/reflections",
    "/coaching/insights",
    "/mentorship",
    "/mentorship/sessions",
    "/messages",
    "/cohorts",
    "/calendar",
    "/certificates",
    "/portfolio",
    "/notifications",
    "/settings",
    "/settings/security",
    "/settings/notifications",
    "/settings/billing",
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
DIRECTOR = (
    "/dashboard/staff",
    "/dashboard/staff/numbers",
    "/dashboard/staff/at-risk",
    "/dashboard/staff/compare",
    "/dashboard/staff/files",
    "/members",
    "/cohorts",
    "/cohorts/new",
    "/conduct",
    "/reviews",
    "/webhooks",
    "/settings",
)
SPONSOR = (
    "/dashboard/staff",
    "/dashboard/staff/seats",
    "/dashboard/staff/reports",
    "/dashboard/staff/files",
)
ADMIN = ("/dashboard/staff", "/dashboard/staff/files", "/members", "/cohorts", "/conduct")

PAGES: dict[str | None, tuple[str, ...]] = {
    None: PUBLIC,
    "learner": LEARNER,
    "mentor": MENTOR,
    "director": DIRECTOR,
    "sponsor": SPONSOR,
    "admin": ADMIN,
}
"""By role; None for callers who are not signed in."""

FOLLOWED: dict[str, tuple[tuple[str, ...], ...]] = {
    "learner": (
        (
            "/learn",
            "main a[href^='/learn/course-']",
            "main a[href^='/learn/module-']",
            "main a[href$='/quiz']",
        ),
        ("/learn", "main a[href^='/learn/programs/']"),
        ("/missions", "main a[href^='/missions/']"),
        ("/missions", "main a:has-text('Five-Minute Talk')", "main a[href$='/suggestions']"),
        ("/mentorship", "main a[href^='/mentorship/mentors/']"),
        ("/messages", "main a[href^='/messages/']"),
        ("/cohorts", "main a[href^='/cohorts/']"),
    ),
    "mentor": (
        ("/mentees", "main a[href^='/mentees/']"),
        ("/messages", "main a[href^='/messages/']"),
    ),
    "director": (
        ("/dashboard/staff/numbers", "main th a[href^='/dashboard/staff/numbers?cohort=']"),
        ("/cohorts", "main li a[href^='/cohorts/']", "main a[href$='/edit']"),
        ("/members", "main th a[href^='/members/']"),
        ("/conduct", "main th a[href^='/conduct/']"),
        ("/reviews", "main a[href^='/reviews/']"),
    ),
    "admin": (("/cohorts", "main li a[href^='/cohorts/']", "main a[href$='/edit']"),),
}
"""By role: a page, the link on it whose page is looked at too, and the links on from there."""
