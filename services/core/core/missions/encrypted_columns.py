from core.missions.labs import flags_context
from core.missions.models import FlagSecret
from core.users.encryption import EncryptedColumn, register

register(EncryptedColumn(FlagSecret, "encrypted", lambda row: flags_context(row.pk)))
