"""The file store in a bucket of S3, or of a server that speaks its protocol."""

from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import File as OpenFile
from storages.backends.s3 import S3Storage

from core.files import stores
from core.files.stores import StoredBytes

CONNECT_SECONDS, READ_SECONDS = 2, 5
"""Of each attempt. Two take less time than the proxy in front of core waits for the first byte,
except for a large file, which is written in several requests."""


class PrivateBucketStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """Objects get no ACL, so that they are private, are never overwritten, and no link opens them.

    Only a missing object raises FileNotFoundError; a missing bucket is a fault of the settings.
    """

    def __init__(self, bucket_name: str, endpoint_url: str) -> None:
        """Credentials and region are boto3's own variables, such as AWS_ACCESS_KEY_ID."""
        super().__init__(
            bucket_name=bucket_name,
            endpoint_url=endpoint_url or None,
            file_overwrite=False,
            querystring_auth=False,
            client_config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 2},
                # Servers other than AWS refuse the checksums that boto3 adds by default.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _open(self, name: str, mode: str = "rb") -> "OpenFile[Any]":
        """One request, whose body arrives while it is read."""
        try:
            answer = self.bucket.Object(name).get()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise FileNotFoundError(name) from error
            raise
        opened = OpenFile(answer["Body"], name)
        opened.size = answer["ContentLength"]
        return opened

    def page(self, after: str) -> list[StoredBytes]:
        """One request, for names and times."""
        answer = self.connection.meta.client.list_objects_v2(
            Bucket=self.bucket_name, StartAfter=after, MaxKeys=stores.PAGE
        )
        objects = answer.get("Contents", ())
        return [StoredBytes(one["Key"], one["LastModified"]) for one in objects]
