"""What core's environment variables mean, for the page docs/configuration.md.

Type and default are where the settings read them (`core.config.settings`).
"""

from collections.abc import Mapping

API = "core"
RELAY = "relay"
JOBS = "jobs, webhooks"

MEANINGS: Mapping[str, str] = {
    "DJANGO_SECRET_KEY": "Encrypts stored secrets and signs links, cursors and the admin's sessions. 32 random bytes or more.",
    "DJANGO_SECRET_KEY_FALLBACKS": "Earlier keys, which verify and decrypt until a rotation is over.",
    "JWT_SECRET_KEY": "Signs tokens; ai has the same. 32 random bytes or more, not equal to `DJANGO_SECRET_KEY`.",
    "JWT_SECRET_KEY_PREVIOUS": "Another key that verifies tokens while the key is changed, in core and ai.",
    "JWT_ALGORITHM": "Nothing else is accepted.",
    "DEBUG": "Django's debug mode. Never where others reach the server.",
    "ALLOWED_HOSTS": "The names by which callers may address core.",
    "CORS_ORIGINS": "The origins whose pages may call core, such as `https://app.example.org`.",
    "FASTAPI_BASE_URL": "Where core reaches ai.",
    "DEMO_DATA": "Has the command `seed`, which fills an empty system with invented people.",
    "KAFKA_BOOTSTRAP_SERVERS": "Addresses of brokers, separated by commas: one that answers names the others.",
    "KAFKA_SECURITY_PROTOCOL": "`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` (for one machine) or `SASL_SSL`.",
    "KAFKA_SASL_MECHANISM": "Nothing else is accepted.",
    "KAFKA_SASL_USERNAME": "The principal. Needed with `SASL_...`.",
    "KAFKA_SASL_PASSWORD": "Its password. Needed with `SASL_...`.",
    "KAFKA_SSL_CA": "A file with the certificates to trust instead of the machine's own.",
    "DB_NAME": "core's database.",
    "DB_USER": "The role that core connects as.",
    "DB_PASSWORD": "Its password.",
    "DB_HOST": "The database server.",
    "DB_PORT": "The database server's port.",
    "DB_STATEMENT_TIMEOUT_MS": "The database ends a statement that takes longer; 0 is never, the default of commands and the relay.",
    "RESTORE_CHECK_SECONDS": "How long core issues no ids and tokens from a database that the relay has not compared with the topics.",
    "REFRESH_GRACE_SECONDS": "How long a used refresh token still gets its successor again.",
    "INVITATION_DAYS": "How long an invitation is valid.",
    "SECOND_FACTOR_REQUIRED": "Admins and directors set up a second factor before they get tokens.",
    "TERMS_VERSION": "What users accept when they sign up; a new version asks all of them again.",
    "ADULT_AGE": "Younger users need a guardian's consent.",
    "THROTTLE": "Off for tests and load alone: without it there are no rate limits.",
    "VALKEY_URL": "Valkey or Redis, which wakes workers and counts rate limits: `redis://:password@host:6379/0`. Without it PostgreSQL counts, and workers look at 127.0.0.1.",
    "NUM_PROXIES": "How many proxies stand before core: whose `X-Forwarded-For` is believed.",
    "MAIL_FOLDER": "Where the mail backend of `core.mail` puts mails.",
    "EMAIL_BACKEND": "Django's class that sends mails.",
    "EMAIL_HOST": "The mail server. Needed with the usual backend.",
    "EMAIL_PORT": "The mail server's port.",
    "EMAIL_HOST_USER": "The login there, if it asks for one.",
    "EMAIL_HOST_PASSWORD": "Its password.",
    "EMAIL_USE_TLS": "STARTTLS with the mail server.",
    "MAIL_FROM": "The address that mails come from.",
    "WEB_URL": "The origin of the web client, where mailed links lead.",
    "PAYMENT_SANDBOX": "A gateway without money. Refused beside Stripe and M-Pesa.",
    "STRIPE_SECRET_KEY": "Switches Stripe on: a secret or restricted key.",
    "STRIPE_WEBHOOK_SECRET": "The signing secret of Stripe's webhook, which is closed without it.",
    "STRIPE_API_URL": "Another address of Stripe's API, for tests.",
    "MPESA_CONSUMER_KEY": "Switches M-Pesa on, with the three below.",
    "MPESA_CONSUMER_SECRET": "From Daraja's portal.",
    "MPESA_SHORTCODE": "The paybill's number.",
    "MPESA_PASSKEY": "The paybill's passkey.",
    "MPESA_INITIATOR": "Who may reverse transactions; without it M-Pesa sends nothing back.",
    "MPESA_SECURITY_CREDENTIAL": "The initiator's password as Daraja's portal encrypts it.",
    "MPESA_API_URL": "Safaricom's API, or its sandbox.",
    "API_URL": "The origin at which everybody reaches core; certificates lead there for years.",
    "CERTIFICATE_KEY": "Signs credentials, which are off without it: RSA in PKCS #8, as base64.",
    "VAPID_PRIVATE_KEY": "Signs web push, which is off without it: 32 random bytes in base64url.",
    "PUSH_HOSTS": "The push services that browsers may name; a dot stands for any subdomain.",
    "VAPID_CONTACT": "Where push services reach the operator.",
    "SMS_URL": "The gateway of text messages, which are off without it.",
    "SMS_TOKEN": "The login there.",
    "FILES_ROOT": "The folder of users' files, unless there is a bucket. core and jobs share it.",
    "FILES_S3_BUCKET": "A bucket of S3 for users' files. Its credentials are boto3's own variables (`AWS_...`).",
    "FILES_S3_ENDPOINT_URL": "Another server that speaks S3's protocol.",
    "EXPORT_DAYS": "How long the archive of a user's data and an exported table are stored.",
    "UPLOADS_ROOT": "The folder of uploads under way. core and jobs share it.",
    "UPLOAD_MAX_BYTES": "The largest file that a user may upload.",
    "UPLOAD_QUOTA_BYTES": "How much one user may upload in all.",
    "RETENTION_DAYS": 'Days for rules of [retention](retention.md): `{"jobs.done": 7}`.',
    "OIDC_PROVIDERS": "Names of providers of OpenID Connect, in small letters. Each `NAME` has `OIDC_NAME_ISSUER`, `OIDC_NAME_CLIENT_ID` and `OIDC_NAME_CLIENT_SECRET`.",
    "WEBHOOKS_TO_LOOPBACK": "Webhooks and web push may call this machine: for tests and development alone.",
    "HTTPS_ONLY": "Set it wherever TLS ends in front of core: secure cookies and HSTS.",
    "CSRF_TRUSTED_ORIGINS": "Further origins from which the admin's forms may be sent.",
    "LOG_LEVEL": "The least severe level that is logged.",
    "METRICS_PORT": "The port on which each process answers Prometheus; 0 is none. Never a public one.",
    "METRICS_HOST": "The address of that port.",
    "WEB_SESSIONS_URL": "The Valkey of the web client's sessions, which jobs count for a metric.",
    "CORE_HOST": "The address that core listens on.",
    "CORE_PORT": "The port that core listens on.",
    "CONNECTIONS_PER_ADDRESS": "How many connections one network address may hold in each process; 0 behind a proxy, which limits them.",
    "WEB_CONCURRENCY": "The number of core's worker processes, each with 8 threads.",
}

DEFAULTS: Mapping[str, str] = {"WEB_CONCURRENCY": "the number of processors, at most 4"}
"""Where the default depends on the machine."""

NEEDED = frozenset({"DJANGO_SECRET_KEY", "JWT_SECRET_KEY", "EMAIL_HOST"})
"""Core does not start without them."""
EVERY_PROCESS = "all"
PROCESSES: Mapping[str, str] = {
    **dict.fromkeys(("CORE_HOST", "CORE_PORT", "CONNECTIONS_PER_ADDRESS", "WEB_CONCURRENCY"), API),
    **dict.fromkeys((name for name in MEANINGS if name.startswith("KAFKA_")), RELAY),
    "WEB_SESSIONS_URL": JOBS,
    **dict.fromkeys(
        (name for name in MEANINGS if name.startswith(("EMAIL_", "MAIL_", "SMS_", "VAPID_"))),
        f"{API}, {JOBS}",
    ),
}
"""The processes that use it, unless all of core's do."""
