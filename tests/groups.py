"""Which tests run in the same process, and in which order, when there are several processes.

Tests of one group share the servers that their fixtures start. pytest-xdist has groups of its own
(`loadgroup`), which have no effect with pytest 9.2.
"""

from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "web": (),  # every file of tests/web
    "stack": (
        "integration/test_readme.py",
        "integration/test_faults.py",
        "integration/test_erasure.py",
        "integration/test_reconcile.py",
        "integration/test_fuzz.py",
        "integration/test_foreign_objects.py",
        "integration/test_tours.py",
        "integration/test_day_two.py",
        "integration/test_access.py",
        "integration/test_admin_sign_ins.py",
        "integration/test_spine.py",
        "integration/test_request_followed.py",
        "integration/test_kafka_logins.py",
        "integration/test_metrics.py",
        "contract/test_typescript_client.py",
    ),
    "broken": (
        "integration/test_lost_topic.py",
        "integration/test_restore.py",
        "integration/test_server_faults.py",
    ),
    "rebuild": ("integration/test_rebuild.py",),
    "secured": ("integration/test_kafka_security.py",),
    "scaled": ("integration/test_scale_out.py",),
    "images": ("integration/test_containers.py",),
    "upgrade": ("integration/test_upgrade.py",),
    "keeper": ("integration/test_keeper.py",),
    "cluster": ("integration/test_kafka_cluster.py",),
    "broker": (
        "integration/test_kafka_connect.py",
        "integration/test_core_outbox.py",
        "integration/test_core_relay.py",
        "integration/test_core_topic_reader.py",
        "integration/test_foreign_records.py",
        "integration/test_consumer.py",
        "integration/test_kafka_settings.py",
        "contract/test_consumers.py",
        "contract/test_kit.py",
    ),
}
"""The longest first. A file that is in none is a group of its own, and comes later."""

WEB = "tests/web/"

_GROUP_OF = {f"tests/{file}": name for name, files in GROUPS.items() for file in files}
_TURNS = {name: turn for turn, name in enumerate(GROUPS)}


def group(nodeid: str) -> str:
    file = nodeid.split("::")[0]
    return "web" if file.startswith(WEB) else _GROUP_OF.get(file, file)


def turn(nodeid: str) -> int:
    return _TURNS.get(group(nodeid), len(_TURNS))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process one group after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
