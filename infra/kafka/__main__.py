"""Topics as code: `python -m infra.kafka plan|apply|drift`, from the catalogue in the contracts.

plan says what is missing, apply does it, drift is plan for a watchdog. Both exit with 0 when
the cluster is as the catalogue says and with 2 when it is not; 1 is for all that fails.

The cluster is KAFKA_BOOTSTRAP_SERVERS, with KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM,
KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SSL_CA where it wants them.
"""

import argparse
import os
import sys

from confluent_kafka import KafkaException

from infra.kafka.cluster import Cluster, Refused

DIFFERS = 2
NAMES = {
    "KAFKA_BOOTSTRAP_SERVERS": "bootstrap.servers",
    "KAFKA_SECURITY_PROTOCOL": "security.protocol",
    "KAFKA_SASL_MECHANISM": "sasl.mechanism",
    "KAFKA_SASL_USERNAME": "sasl.username",
    "KAFKA_SASL_PASSWORD": "sasl.password",
    "KAFKA_SSL_CA": "ssl.ca.location",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.kafka", description=__doc__)
    parser.add_argument("command", choices=("plan", "apply", "drift"))
    parser.add_argument("--replication-factor", type=int, default=-1)
    parser.add_argument("--min-insync-replicas", type=int)
    given = parser.parse_args()
    if "KAFKA_BOOTSTRAP_SERVERS" not in os.environ:
        parser.error("KAFKA_BOOTSTRAP_SERVERS is not set")
    client = {ours: os.environ[name] for name, ours in NAMES.items() if os.environ.get(name)}
    settings = {}
    if given.min_insync_replicas:
        settings["min.insync.replicas"] = str(given.min_insync_replicas)
    cluster = Cluster(client, given.replication_factor)
    try:
        done = cluster.apply if given.command == "apply" else cluster.plan
        found = done(settings=settings)
    except (Refused, KafkaException) as error:
        sys.exit(f"{given.command} failed: {error}")
    for step in found:
        print(step)
    print(f"{len(found)} steps {'done' if given.command == 'apply' else 'to do'}")
    if given.command != "apply" and found:
        sys.exit(DIFFERS)


if __name__ == "__main__":
    main()
