"""Which tests run in the same process, and in which order, when there are several processes.

Tests of one group share the servers that their fixtures start. pytest-xdist has groups of its own
(`loadgroup`), which have no effect with pytest 9.2.
"""

from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "stack": (  # after every file of tests/web, which come first because they look at the demo
        "integration/test_readme.py",  # while the demo is as it was loaded
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

WITHOUT_THE_STACK = {
    f"tests/integration/{test}"
    for test in (
        "test_day_two.py::test_nobody_is_signed_out_when_secrets_are_changed",
        "test_kafka_logins.py::test_a_broker_without_logins_gets_them_and_keeps_its_records",
    )
}
"""Long tests with servers of their own in files of the group `stack`: each is a group of its own,
since that group takes longest."""

WEB = "tests/web/"

_GROUP_OF = {f"tests/{file}": name for name, files in GROUPS.items() for file in files}
_TURNS = {name: turn for turn, name in enumerate(GROUPS)}


def group(nodeid: str) -> str:
    test = nodeid.split("[")[0]
    if test in WITHOUT_THE_STACK:
        return test
    file = test.split("::")[0]
    return "stack" if file.startswith(WEB) else _GROUP_OF.get(file, file)


def turn(nodeid: str) -> tuple[int, bool]:
    return _TURNS.get(group(nodeid), len(_TURNS)), not nodeid.startswith(WEB)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process one group after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
