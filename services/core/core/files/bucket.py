"""The file store in a bucket of S3, or of a server that speaks its protocol."""

from datetime import datetime

from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

MEMORY_BYTES = 8 * 2**20
"""A longer file is in a temporary file while it is sent."""


class PrivateBucketStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """Objects get no ACL, so that they are private, are never overwritten, and no link opens them.

    A server that hangs is given up before the proxy in front of core gives up.
    """

    def __init__(self, bucket_name: str, endpoint_url: str) -> None:
        """Credentials and region are boto3's own variables, such as AWS_ACCESS_KEY_ID."""
        super().__init__(
            bucket_name=bucket_name,
            endpoint_url=endpoint_url or None,
            file_overwrite=False,
            querystring_auth=False,
            max_memory_size=MEMORY_BYTES,
            client_config=Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )

    def get_modified_time(self, name: str) -> datetime:
        """Raises FileNotFoundError, as `size` and `open` do."""
        try:
            modified_at: datetime = super().get_modified_time(name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from error
            raise
        return modified_at
