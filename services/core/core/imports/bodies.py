"""Reads texts of courses and modules from a folder of Markdown files."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from core.files.content_types import TypeDetector
from core.files.models import Blob
from core.files.services import write_blob
from core.imports.services import Outcome
from core.kit.errors import DomainError
from core.lessons.markup import local_files, sections
from core.lessons.models import Language
from core.lessons.serializers import ChangeBodyRequest
from core.lessons.services import import_text, publish_body

NAME = re.compile(rf"((?:course|module)-[0-9-]+)\.({'|'.join(Language)})\.md")


class UnreadableText(DomainError):
    code = "unreadable_text"


@dataclass(frozen=True)
class BodyFileText:
    """The text in one file, which refers to its files as bodies do."""

    content_id: str
    language: str
    markdown: str
    paths: dict[UUID, Path]
    """The files that it refers to."""


def read_text(path: Path) -> BodyFileText:
    """The text of `<content id>.<language>.md`. Files beside it have the id of their bytes, so that
    the same files give the same text. Raises UnreadableText."""
    match = NAME.fullmatch(path.name)
    if match is None:
        raise UnreadableText("The file is not named like module-101-1.sw.md.")
    try:
        markdown = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableText("The file is not UTF-8.") from None
    request = ChangeBodyRequest(data={"markdown": markdown})
    if not request.is_valid():
        raise UnreadableText(str(request.errors["markdown"][0]))
    paths = {}
    for target in sorted({one for each in sections(markdown) for one in local_files(each)}):
        found = (path.parent / target).resolve()
        if not found.is_relative_to(path.parent.resolve()) or not found.is_file():
            raise UnreadableText(f"There is no file {target} in the folder.")
        reference = uuid5(NAMESPACE_OID, hashlib.sha256(found.read_bytes()).hexdigest())
        link = rf"(\]\(<?|\]:\s*<?){re.escape(target)}(?=[\s>)]|$)"
        markdown = re.sub(link, rf"\g<1>files/{reference}", markdown)
        paths[reference] = found
    return BodyFileText(match[1], match[2], markdown, paths)


def write_text(text: BodyFileText, *, publish: bool, replace_draft: bool) -> Outcome:
    """Write the draft of a text, and publish it where that is asked. Raises what `import_text`
    does, and TypeNotAllowed."""
    body, is_changed = import_text(
        content_id=text.content_id,
        language=text.language,
        markdown=text.markdown,
        files={reference: _stored(path) for reference, path in text.paths.items()},
        replace_draft=replace_draft,
    )
    if publish and body.published_at is None:
        publish_body(content_id=text.content_id, body_id=body.pk)
        is_changed = True
    if not is_changed:
        return Outcome.UNCHANGED
    return Outcome.CREATED if body.number == 1 else Outcome.CHANGED


def _stored(path: Path) -> Blob:
    """The bytes of a file, written to the store unless it has them. Raises TypeNotAllowed."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    present = Blob.objects.filter(pk=sha256).first()
    if present:
        return present
    detector = TypeDetector()
    detector.feed(content)
    with path.open("rb") as file:
        return write_blob(file, sha256=sha256, size=len(content), content_type=detector.finish())
