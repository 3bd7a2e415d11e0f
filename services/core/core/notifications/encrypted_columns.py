from core.notifications.models import PushSubscription
from core.notifications.push_addresses import address_context
from core.users.encryption import EncryptedColumn, register

register(
    EncryptedColumn(PushSubscription, "encrypted", lambda row: address_context(row.user_id)),
)
