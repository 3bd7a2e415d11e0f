"""What the commands that import a file have in common."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from io import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    OutputWrapper,
)

from core.imports.reading import OF_ROWS, Format, RowError, Unreadable, format_of, suffixes
from core.imports.rows import CheckedRow
from core.imports.services import Outcome, Writer, import_rows

SHOWN_EVERY = 20
WIDTH = 25


class ImportCommand(BaseCommand):
    """Reads a file, writes its rows and prints what happened to them."""

    formats: tuple[Format, ...] = OF_ROWS

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--format", choices=[*self.formats], help="by default as the suffix says"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--skip-invalid", action="store_true", help="write the valid rows of a file with others"
        )

    @abstractmethod
    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        """Raises Unreadable."""

    @abstractmethod
    def writer(self) -> Writer: ...

    def handle(self, *args: Any, **options: Any) -> None:
        form = self._format(options["file"], options["format"])
        try:
            with options["file"].open("rb") as file:
                counts = self._import(file, form, options)
        except OSError as error:
            raise CommandError(f"the file cannot be read: {error.strerror}") from error
        except Unreadable as error:
            for fault in error.errors:
                self.stderr.write(str(fault))
            raise CommandError("the file cannot be read; nothing was written") from error
        self._conclude(counts, **options)

    def _format(self, path: Path, given: str | None) -> Format:
        form = Format(given) if given else format_of(path.name)
        if form not in self.formats:
            raise CommandError(f"add --format: the suffix is none of {suffixes(self.formats)}")
        return form

    def _import(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Counter[Outcome]:
        bar = Bar(file, self.stderr)

        def print_error(error: RowError) -> None:
            bar.clear()
            self.stderr.write(str(error))

        try:
            return import_rows(
                self.rows(file, form, options),
                self.writer(),
                dry_run=options["dry_run"],
                skip_invalid=options["skip_invalid"],
                on_error=print_error,
                on_row=bar.show,
            )
        finally:
            bar.clear()

    def _conclude(self, counts: Counter[Outcome], **options: Any) -> None:
        text = ", ".join(f"{one.value} {counts[one]:,}" for one in Outcome)
        self.stdout.write(f"dry run: {text}" if options["dry_run"] else text)
        if counts[Outcome.INVALID] and not options["skip_invalid"]:
            raise CommandError("nothing was written: correct these rows, or add --skip-invalid")


class Bar:
    """Shows on a terminal how much of a file is read."""

    def __init__(self, file: BinaryIO, out: OutputWrapper) -> None:
        self._file, self._out = file, out
        self._is_shown = out.isatty()
        self._size = max(file.seek(0, SEEK_END), 1)
        file.seek(0)

    def show(self, rows: int) -> None:
        if self._is_shown and rows % SHOWN_EVERY == 0:
            done = WIDTH * self._file.tell() // self._size
            self._out.write(f"\r[{'#' * done:{WIDTH}}] {rows:,} rows", ending="")
            self._out.flush()

    def clear(self) -> None:
        if self._is_shown:
            self._out.write("\r\x1b[K", ending="")
