"""The new migrations of core's apps, in the order in which Django applies them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from scripts.upgrade.django_rules import Checker, Model


def faults_of(added: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each with its file. Needs no database."""
    label_of = {Path(app.path).name: app.label for app in apps.get_app_configs()}
    path_of = {(label_of[path.parent.parent.name], path.stem): path for path in added}
    loader = MigrationLoader(None)
    created: set[Model] = set()
    for app, name in loader.graph.leaf_nodes():
        for node in loader.graph.forwards_plan((app, name)):
            path = path_of.pop(node, None)
            if path is not None:
                state = loader.project_state(node, at_end=False)
                checker = Checker(node[0], state, created)
                yield from (
                    (path, fault)
                    for fault in checker.faults(loader.get_migration(*node).operations)
                )
