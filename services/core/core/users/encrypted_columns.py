from core.users.encryption import EncryptedColumn, register
from core.users.models import TotpSecret, UserKey
from core.users.second_factor import totp_context
from core.users.user_keys import key_context

register(EncryptedColumn(TotpSecret, "encrypted", lambda row: totp_context(row.user_id)))
register(EncryptedColumn(UserKey, "encrypted", lambda row: key_context(row.user_id)))
