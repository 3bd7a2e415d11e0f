"""How long tokens are valid. Both services refuse a signed token with a longer lifetime."""

ACCESS_TOKEN_SECONDS = 60 * 60
REFRESH_TOKEN_SECONDS = 7 * 24 * 60 * 60
SERVICE_TOKEN_SECONDS = 60
