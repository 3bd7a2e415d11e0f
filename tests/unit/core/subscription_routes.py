"""The routes of plans, subscriptions, invoices and entitlements for the access matrix."""

from ongoza_contracts.vocabulary import Role
from tests.access_matrix import For, Route, roles

ABSENT = "018f0000-0000-7000-8000-00000000dead"
SUBSCRIPTION = f"subscriptions/{ABSENT}/"
GIVERS = roles(Role.DIRECTOR, Role.ADMIN)

SUBSCRIPTION_ROUTES: dict[str, Route] = {
    "GET /subscriptions/plans/": Route(For.USERS),
    "GET /subscriptions/": Route(For.USERS),
    "POST /subscriptions/": Route(For.USERS, body={}),
    "POST /subscriptions/{subscription_id}/cancel/": Route(For.USERS, f"{SUBSCRIPTION}cancel/"),
    "POST /subscriptions/{subscription_id}/resume/": Route(For.USERS, f"{SUBSCRIPTION}resume/"),
    "POST /subscriptions/{subscription_id}/change-plan/": Route(
        For.USERS, f"{SUBSCRIPTION}change-plan/", {}
    ),
    "GET /subscriptions/{subscription_id}/preview/": Route(
        For.USERS, f"{SUBSCRIPTION}preview/?plan={ABSENT}"
    ),
    "POST /subscriptions/{subscription_id}/pay/": Route(For.USERS, f"{SUBSCRIPTION}pay/"),
    "POST /payments/stripe/webhook/": Route(For.ANYONE, body={}),
    "POST /payments/mpesa/callback/{secret}/": Route(
        For.ANYONE, "payments/mpesa/callback/none/", {}
    ),
    "POST /payments/mpesa/reversal/{secret}/": Route(
        For.ANYONE, "payments/mpesa/reversal/none/", {}
    ),
    "GET /invoices/": Route(For.USERS),
    "GET /entitlements/": Route(For.USERS),
    "POST /entitlements/": Route(GIVERS, body={}),
    "POST /entitlements/{entitlement_id}/end/": Route(GIVERS, f"entitlements/{ABSENT}/end/"),
}
