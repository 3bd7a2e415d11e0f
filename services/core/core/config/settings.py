"""Django settings. Whatever differs between machines comes from the environment.

Secrets have no default: a process without good ones does not start (see `core.config.startup`).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from core.config import env, kafka, spectacular
from core.config.startup import (
    GATEWAY_KEYS,
    MAILDIR,
    REMOVED_SETTINGS,
    SMTP,
    refuse_bad_configuration,
)
from ongoza_contracts.http.configuration import TOKEN_ALGORITHM
from ongoza_contracts.http.tokens import ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS
from ongoza_ops.logs import configuration

PACKAGE = Path(__file__).resolve().parent.parent

# --- secrets and who may call ------------------------------------------------------------------
SECRET_KEY = env.exact("DJANGO_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.names("DJANGO_SECRET_KEY_FALLBACKS")  # earlier ones, which only decrypt
JWT_SECRET_KEY = env.exact("JWT_SECRET_KEY")  # shared with ai, and used for tokens alone
JWT_SECRET_KEY_PREVIOUS = env.exact("JWT_SECRET_KEY_PREVIOUS")  # which verifies, but never signs
JWT_ALGORITHM = env.text("JWT_ALGORITHM", TOKEN_ALGORITHM)
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CORS_ALLOWED_ORIGINS = env.names("CORS_ORIGINS")
CORS_ALLOW_CREDENTIALS = True  # for the listed origins alone: a wildcard is refused at start
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = (
    "accept",
    "authorization",
    "content-sha256",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",
    "upload-offset",
    "x-request-id",
    "x-user-id",
)
CORS_EXPOSE_HEADERS = (
    "etag",
    "idempotency-replayed",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "upload-offset",
    "x-request-id",
)
FASTAPI_BASE_URL = env.text("FASTAPI_BASE_URL", "http://localhost:8001")
KAFKA = kafka.connection()

# --- applications ------------------------------------------------------------------------------
# The command `seed`, which fills an empty system with invented people.
DEMO = ["core.demo"] if DEBUG or env.flag("DEMO_DATA") else []
INSTALLED_APPS = [
    "core.users",
    "core.organizations",
    "core.outbox",
    "core.jobs",
    "core.mail",
    "core.files",
    "core.limits",
    "core.idempotency",
    "core.access",
    "core.notifications",
    "core.webhooks",
    "core.subscriptions",
    "core.imports",  # content/import/ comes before content/<content_id>/
    "core.programs",
    "core.progress",
    "core.quizzes",
    "core.lessons",
    "core.missions",
    "core.feedback",
    "core.list_views",
    "core.profiling",
    "core.coaching",
    "core.calendars",
    "core.cohorts",
    "core.certificates",
    "core.mentorship",
    "core.conduct",
    "core.submissions",
    "core.reviews",
    "core.portfolio",
    "core.dashboard",
    "core.director_dashboard",
    "core.sponsor_dashboard",
    "core.exports",
    "core.sponsor_reports",
    "core.erasure",
    "core.export",
    "core.audit",
    "core.reconcile",
    "core.restore",
    *DEMO,
    "unfold.apps.BasicAppConfig",  # the admin's theme: its templates come before the admin's
    "core.config.admin_app.OngozaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
]
MIDDLEWARE = [
    "core.kit.requests.RequestMiddleware",
    "core.kit.content_policy.ContentPolicyMiddleware",
    "core.kit.compression.JsonGZipMiddleware",
    "core.limits.throttles.RateLimitHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.kit.slashes.OptionalTrailingSlashMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.kit.requests.AdminActorMiddleware",
    "core.outbox.restore_guard.RestoreGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "core.config.urls"
WSGI_APPLICATION = "core.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "kit" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- PostgreSQL --------------------------------------------------------------------------------
# A connection per worker thread, kept between requests and probed before its first use in each. A
# pool would hold no fewer connections here (threads are what limits both), and after an outage it
# comes back at the pace of its own retries instead of at once.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env.text("DB_NAME", "ongozacyberhub"),
        "USER": env.text("DB_USER", "postgres"),
        "PASSWORD": env.exact("DB_PASSWORD"),
        "HOST": env.text("DB_HOST", "127.0.0.1"),
        "PORT": env.number("DB_PORT", 5434),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,  # a server that hangs: milliseconds
            "options": f"-c statement_timeout={env.number('DB_STATEMENT_TIMEOUT_MS', 10_000)}",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"  # ids on the wire fit 31 bits

# Seconds in which core issues no ids and tokens from a database that the relay has not compared
# with the topics.
RESTORE_CHECK_SECONDS = env.number("RESTORE_CHECK_SECONDS", 10)

# --- people and tokens -------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
PASSWORD_HASHERS = [
    "core.users.hashers.Argon2idHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of older rows, until they sign in
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": TOKEN_ALGORITHM,
    "SIGNING_KEY": JWT_SECRET_KEY,
    "ISSUER": "ongoza-core",
    "AUDIENCE": "ongoza",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=ACCESS_TOKEN_SECONDS),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=REFRESH_TOKEN_SECONDS),
}
# How long a used refresh token still gets its successor again.
REFRESH_GRACE_SECONDS = env.number("REFRESH_GRACE_SECONDS", 60)

INVITATION_DAYS = env.number("INVITATION_DAYS", 14)
# Admins and directors set up a second factor before they get tokens.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED")

# What users accept when they sign up; a new version asks all of them again.
TERMS_VERSION = env.text("TERMS_VERSION", "2026-11")
# Younger users need a guardian's consent.
ADULT_AGE = env.number("ADULT_AGE", 18)

# --- rate limits -------------------------------------------------------------------------------
THROTTLE = env.flag("THROTTLE", default=True)  # off for tests and load, never in public
# Counts the limits for all processes; without it, or while it is down, PostgreSQL does.
VALKEY_URL = env.exact("VALKEY_URL")
_RATE_LIMITS = {  # so many at once, and again within so many seconds; see `core.users.throttles`
    "login": (10, 60),
    "login_address": (60, 60),
    "second_factor_address": (60, 60),
    "mailed_token_address": (60, 60),
    "oidc_address": (60, 60),
    "exchange_address": (60, 60),
    "credential_address": (180, 60),  # the five above together
    "refresh": (120, 60),
    "signup": (120, 1800),
    "mail_address": (60, 3600),
    "reset": (5, 3600),
    "link": (5, 3600),
    "invitations": (200, 3600),
    "resend": (5, 3600),
    "phone": (5, 3600),
    "pay": (5, 3600),
    "preview": (60, 3600),
    "export": (5, 24 * 3600),
    "exports": (20, 3600),
    "guardian": (5, 3600),
    "calendar_feed": (300, 60),
    "certificate": (120, 60),
    "portfolio": (120, 60),
    "webhook_ping": (20, 600),
}
RATE_LIMITS = _RATE_LIMITS if THROTTLE else {}

# --- REST --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.users.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.access.permissions.DeclaredPermission"],
    "DEFAULT_PARSER_CLASSES": ["core.kit.parsers.StrictJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "core.kit.pagination.Pages",
    "PAGE_SIZE": 20,
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS without an Origin is 405 like any unknown method
    "DEFAULT_SCHEMA_CLASS": "core.kit.openapi.Schema",
    "EXCEPTION_HANDLER": "core.kit.errors.exception_handler",
    "NUM_PROXIES": env.number("NUM_PROXIES", 0),  # who is the client: X-Forwarded-For is forged
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
IDEMPOTENCY = "core.idempotency.services.run_once"  # of methods that views declare
SPECTACULAR_SETTINGS = spectacular.SETTINGS

# --- jobs --------------------------------------------------------------------------------------
# Celery's settings. The broker wakes workers and may be wiped: what is due is in the table of jobs.
CELERY_BROKER_URL = VALKEY_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers wait for the broker for ever
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # a task that runs longer is started a second time
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "max_retries": 0,  # of connecting: the next tick sends again
    "socket_connect_timeout": 2,  # a broker that does not answer at all
    "socket_timeout": 5,
}
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 50  # seconds, which the pool of threads does not enforce
CELERY_TASK_TIME_LIMIT = 55
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"

# --- mail --------------------------------------------------------------------------------------
# A mail server, or another backend: the one of `core.mail` delivers into a folder.
MAIL_FOLDER = env.text("MAIL_FOLDER", ".local/mail")
EMAIL_BACKEND = env.text("EMAIL_BACKEND", MAILDIR if DEBUG else SMTP)
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.exact("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Ongoza CyberHub <no-reply@ongoza.example>")
WEB_URL = env.text("WEB_URL", "http://localhost:3000")

# --- payments ----------------------------------------------------------------------------------
PAYMENT_SANDBOX = env.flag("PAYMENT_SANDBOX")  # never where somebody pays with money
PAYMENT_GATEWAYS: dict[str, str] = {}  # by name; the first takes payments of new subscriptions
if PAYMENT_SANDBOX:
    PAYMENT_GATEWAYS["sandbox"] = "core.subscriptions.sandbox.SandboxGateway"
STRIPE_SECRET_KEY = env.exact("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.exact("STRIPE_WEBHOOK_SECRET")  # the webhook is closed without it
STRIPE_API_URL = env.text("STRIPE_API_URL")  # Stripe's own without it; tests have another
if STRIPE_SECRET_KEY:
    PAYMENT_GATEWAYS["stripe"] = "core.subscriptions.stripe_gateway.StripeGateway"
MPESA_CONSUMER_KEY = env.exact("MPESA_CONSUMER_KEY")
MPESA_CONSUMER_SECRET = env.exact("MPESA_CONSUMER_SECRET")
MPESA_SHORTCODE = env.text("MPESA_SHORTCODE")
MPESA_PASSKEY = env.exact("MPESA_PASSKEY")
MPESA_INITIATOR = env.text("MPESA_INITIATOR")  # nothing is sent back without it
MPESA_SECURITY_CREDENTIAL = env.exact("MPESA_SECURITY_CREDENTIAL")
MPESA_API_URL = env.text("MPESA_API_URL", "https://api.safaricom.co.ke")
if MPESA_CONSUMER_KEY:
    PAYMENT_GATEWAYS["mpesa"] = "core.subscriptions.mpesa.MpesaGateway"

# --- certificates ------------------------------------------------------------------------------
# The origin at which everybody reaches core: QR codes and credentials lead there for years.
API_URL = env.text("API_URL", "http://localhost:8000")
# Signed credentials are off without a key: RSA in PKCS #8, as base64.
CERTIFICATE_KEY = env.exact("CERTIFICATE_KEY")

# --- notifications -----------------------------------------------------------------------------
# Web push is off without a key: 32 random bytes in base64url.
VAPID_PRIVATE_KEY = env.exact("VAPID_PRIVATE_KEY")
PUSH_HOSTS = env.names(
    "PUSH_HOSTS",
    "fcm.googleapis.com,.push.services.mozilla.com,.push.apple.com,.notify.windows.com",
)
VAPID_CONTACT = env.text("VAPID_CONTACT", "mailto:no-reply@ongoza.example")
# Text messages are off without a gateway.
SMS_URL = env.text("SMS_URL")
SMS_TOKEN = env.exact("SMS_TOKEN")
# --- files of users ----------------------------------------------------------------------------
# In a folder, or with a bucket in S3; its credentials are boto3's own variables.
FILES_ROOT = env.text("FILES_ROOT", ".local/files")
FILES_S3_BUCKET = env.text("FILES_S3_BUCKET")
FILES_S3_ENDPOINT_URL = env.text("FILES_S3_ENDPOINT_URL")
_FOLDER: dict[str, Any] = {
    "BACKEND": "core.files.folder.PrivateFolderStorage",
    "OPTIONS": {"location": FILES_ROOT},
}
_BUCKET: dict[str, Any] = {
    "BACKEND": "core.files.bucket.PrivateBucketStorage",
    "OPTIONS": {"bucket_name": FILES_S3_BUCKET, "endpoint_url": FILES_S3_ENDPOINT_URL},
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # unused
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": _BUCKET if FILES_S3_BUCKET else _FOLDER,
}
EXPORT_DAYS = env.number("EXPORT_DAYS", 7)
# Uploads under way, whose bytes all processes of core share.
UPLOADS_ROOT = env.text("UPLOADS_ROOT", ".local/uploads")
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_BYTES", 100 * 10**6)
UPLOAD_QUOTA_BYTES = env.number("UPLOAD_QUOTA_BYTES", 500 * 10**6)  # of one user, in all

# --- retention ---------------------------------------------------------------------------------
# Days for rules of docs/retention.md, as JSON: {"jobs.done": 7}
RETENTION_DAYS = env.mapping("RETENTION_DAYS")

# --- providers of OpenID Connect ---------------------------------------------------------------
# OIDC_PROVIDERS=school reads OIDC_SCHOOL_ISSUER and so on.
OIDC_PROVIDERS: dict[str, dict[str, str]] = {
    name: {
        "issuer": env.text(f"OIDC_{name.upper()}_ISSUER"),
        "client_id": env.text(f"OIDC_{name.upper()}_CLIENT_ID"),
        "client_secret": env.exact(f"OIDC_{name.upper()}_CLIENT_SECRET"),
        "redirect_uri": f"{WEB_URL}/oidc/{name}",
    }
    for name in env.names("OIDC_PROVIDERS")
}

# --- metrics -----------------------------------------------------------------------------------
# The port on which this process answers Prometheus; without one it does not. Never a public one.
METRICS_PORT = env.number("METRICS_PORT", 0)
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1")
# The store of web users' sessions, whose size the worker of jobs reports.
WEB_SESSIONS_URL = env.exact("WEB_SESSIONS_URL")

# --- calls to addresses that users give: webhooks and web push ----------------------------------
WEBHOOKS_TO_LOOPBACK = env.flag("WEBHOOKS_TO_LOOPBACK")  # for tests and one machine alone

# --- browsers: the admin and the docs pages ----------------------------------------------------
HTTPS_ONLY = env.flag("HTTPS_ONLY")  # set it wherever TLS ends in front of core
SESSION_COOKIE_AGE = REFRESH_TOKEN_SECONDS  # a session of the admin lives as long as its sign-in
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
X_FRAME_OPTIONS = "DENY"
UNFOLD = {
    "SITE_TITLE": "Ongoza CyberHub",
    "SITE_HEADER": "Ongoza CyberHub",
    "SITE_SYMBOL": "school",
    "SITE_URL": WEB_URL,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True},
    "DASHBOARD_CALLBACK": "core.config.dashboard.add_cards",
}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = (
    True  # the assets of admin and docs come from their packages: no collecting
)

# --- the rest ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
LOGGING = configuration(
    env.text("LOG_LEVEL", "INFO"),
    {
        "django": "INFO",
        "django.server": "WARNING",
        "django.request": "ERROR",  # the access log has every 4xx already
        "httpx": "WARNING",  # it names the whole URL of each request, secrets included
    },
    filters=("core.kit.logs.RouteForPath",),
)

refuse_bad_configuration(
    secret_key=SECRET_KEY,
    jwt_secret_key=JWT_SECRET_KEY,
    jwt_secret_key_previous=JWT_SECRET_KEY_PREVIOUS,
    jwt_algorithm=JWT_ALGORITHM,
    cors_origins=CORS_ALLOWED_ORIGINS,
    oidc_providers=OIDC_PROVIDERS,
    email_backend=EMAIL_BACKEND,
    email_host=EMAIL_HOST,
    vapid_private_key=VAPID_PRIVATE_KEY,
    api_url=API_URL,
    certificate_key=CERTIFICATE_KEY,
    https_only=HTTPS_ONLY,
    sms_url=SMS_URL,
    files_s3_bucket=FILES_S3_BUCKET,
    files_s3_endpoint_url=FILES_S3_ENDPOINT_URL,
    payment_sandbox=PAYMENT_SANDBOX,
    gateway_keys=[name for name in GATEWAY_KEYS if env.exact(name)],
    stripe_api_url=STRIPE_API_URL,
    mpesa={
        "MPESA_CONSUMER_KEY": MPESA_CONSUMER_KEY,
        "MPESA_CONSUMER_SECRET": MPESA_CONSUMER_SECRET,
        "MPESA_SHORTCODE": MPESA_SHORTCODE,
        "MPESA_PASSKEY": MPESA_PASSKEY,
    },
    mpesa_reversals={
        "MPESA_INITIATOR": MPESA_INITIATOR,
        "MPESA_SECURITY_CREDENTIAL": MPESA_SECURITY_CREDENTIAL,
    },
    mpesa_api_url=MPESA_API_URL,
    removed_settings=[name for name in REMOVED_SETTINGS if env.is_set(name)],
)
