from core.users.encryption import EncryptedColumn, register
from core.webhooks.models import Subscription
from core.webhooks.signing import secret_context

for column in ("encrypted_secret", "encrypted_previous_secret"):
    register(EncryptedColumn(Subscription, column, lambda row: secret_context(row.pk)))
