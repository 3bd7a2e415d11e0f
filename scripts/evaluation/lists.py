"""A sheet of the lists that the demo learners get, for people to judge, with what a tool can count:
`make evaluate ARGS=--lists`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from ai.catalogue.catalogue import Catalogue
from ai.learners.learner import Learner
from ai.recommendations.lists import Entry, Note, compute
from ai.recommendations.scoring import level_of
from ai.recommendations.tuning import fit
from core.demo.loader import load_catalogue
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT, ShortList
from ongoza_contracts.vocabulary import ProgressStatus
from scripts.evaluation.cases import world_of_demo
from scripts.evaluation.rankers import finished

SHEETS = 20


@dataclass(frozen=True)
class Sheet:
    """The list of one learner."""

    catalogue: Catalogue
    learner: Learner
    entries: Sequence[Entry]
    note: Note

    def faults(self, entry: Entry) -> Iterator[str]:
        """Counted without the rules that make the lists."""
        if entry.item.level <= level_of(self.catalogue, self.learner) - 2:
            yield "below" if not entry.opens else "below, opens others"
        if self.learner.profile and entry.item.track is not self.learner.profile.primary:
            begun = {self._track(content_id) for content_id in self.learner.interactions}
            yield "of a track begun" if entry.item.track in begun else "another track"
        if entry.item.course_id in {one.item.content_id for one in self.entries}:
            yield "beside its course"

    def _track(self, content_id: str) -> object:
        return self.catalogue.items[self.catalogue.position[content_id]].track


def sheets(learners: int) -> list[Sheet]:
    """Of SHEETS of so many demo learners, as they are before their last step."""
    world = world_of_demo(learners)
    neighbours, _ = fit([finished(world, case) for case in world.cases], world.catalogue.vectors)
    courses = {one.content_id: one.course_id for one in load_catalogue().items}
    items = [replace(one, course_id=courses[one.content_id]) for one in world.catalogue.items]
    catalogue = replace(world.catalogue, items=items, item_neighbours=neighbours)
    cases = world.cases[:: max(len(world.cases) // SHEETS, 1)][:SHEETS]
    return [
        Sheet(catalogue, case.learner, *compute(catalogue, case.learner, limit=LIMIT_DEFAULT))
        for case in cases
    ]


def show(console: Console, found: Sequence[Sheet]) -> None:
    counts: Counter[str] = Counter()
    for sheet in found:
        console.print(_table(sheet), _left_out(sheet), "")
        for entry in sheet.entries:
            counts.update(sheet.faults(entry))
    total = sum(len(sheet.entries) for sheet in found)
    short = sum(len(sheet.entries) < LIMIT_DEFAULT for sheet in found)
    counted = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    console.print(f"{len(found)} lists, {short} of them short, {total} items: {counted or 'none'}")


def _table(sheet: Sheet) -> Table:
    learner, level = sheet.learner, level_of(sheet.catalogue, sheet.learner)
    done = sum(one.status is ProgressStatus.COMPLETED for one in learner.interactions.values())
    track = learner.profile.primary if learner.profile else "no profile"
    title = f"learner {learner.user_id}: {track}, level {level:.0f}, {done} items completed"
    table = Table(title=title, title_justify="left")
    for name in ("score", "item", "track", "level", "opens", "reason", "counted as"):
        table.add_column(name)
    for one in sheet.entries:
        item = one.item
        figures = str(item.track), str(item.level), str(one.opens or "")
        faults = "; ".join(sheet.faults(one))
        table.add_row(f"{one.score:.2f}", item.title, *figures, one.why.sentence, faults)
    return table


def _left_out(sheet: Sheet) -> str:
    short = ShortList.model_validate_json(sheet.note.short)
    return (
        f"left out: {short.other_track} of other tracks, {short.other_level} of other levels, "
        f"{short.prerequisites} that require others first"
    )
