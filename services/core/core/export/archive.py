"""Writes a user's archive: a ZIP file of JSON files, and a text that says what they are."""

import json
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from core.export.contents import LEFT_OUT, LEFT_OUT_COLUMNS, Table, tables
from core.users.models import User
from core.users.user_keys import TextCipher

ROWS_AT_ONCE = 500
README = """\
Your data at Ongoza CyberHub
============================

User {user_id}, {time} UTC. Each file is a JSON list with one object for each record.

"""
DERIVED = """
Derived from these data
-----------------------

The recommendation service stores no data of its own about you. From the records above it derives,
and can compute again at any time: your recommendations (GET /api/v1/recommendations), what your
learning behaviour shows (POST /api/v1/personality/analyze), and its copy of your published facts.

Left out
--------

Passwords, keys, tokens and their hashes: they are secrets, and the columns are named above. Texts
that are stored encrypted are readable here.

The contents of files that you uploaded: files.upload.json lists the files, and each is downloaded
on its own (GET /api/v1/files/<id>/content/), so that this archive stays small.
"""


def write_archive(user: User, target: IO[bytes]) -> None:
    """Everything that core stores about the user, but secrets."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        lines = [_write_table(archive, table, user) for table in tables()]
        archive.writestr("README.txt", _readme(user, lines))


def _write_table(archive: ZipFile, table: Table, user: User) -> str:
    """One object a line, read in parts; returns what the text says of the file."""
    count, ciphers = 0, dict[int, TextCipher]()
    with archive.open(table.file, "w", force_zip64=True) as file:
        file.write(b"[")
        for row in table.rows(user).order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
            file.write(b",\n" if count else b"\n")
            file.write(_object(table, row, ciphers))
            count += 1
        file.write(b"\n]\n")
    left_out = f" Without {', '.join(table.left_out)}." if table.left_out else ""
    return f"{table.file} ({count}): {_description(table)}{left_out}\n"


def _object(table: Table, row: Any, ciphers: dict[int, TextCipher]) -> bytes:
    values = {one.attname: one.value_from_object(row) for one in table.columns}
    values |= table.private_texts(row, ciphers)
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def _description(table: Table) -> str:
    """The first line of the model's docstring, unless Django wrote it."""
    text = (table.model.__doc__ or "").strip().splitlines()[:1]
    written = bool(text) and not text[0].startswith(f"{table.model.__name__}(")
    return text[0] if written else f"{str(table.model._meta.verbose_name).capitalize()}."


def _readme(user: User, lines: list[str]) -> str:
    head = README.format(user_id=user.pk, time=f"{timezone.now():%Y-%m-%d %H:%M}")
    left_out = sorted([*LEFT_OUT.items(), *LEFT_OUT_COLUMNS.items()])
    reasons = [f"{place}: {reason}.\n" for place, reason in left_out]
    return "".join([head, *lines, DERIVED, *reasons])
