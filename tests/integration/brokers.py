"""Brokers that tests start for themselves: with certificates and passwords, or three at a time."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import HOST, free_ports

READY_SECONDS = 60


@contextmanager
def running(
    brokers: Sequence[Kafka], client: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Their processes, in order; stopped at the end."""
    with ExitStack() as stack:
        processes = []
        for broker in brokers:
            broker.prepare()
            log = stack.enter_context((broker.folder / "log").open("wb"))
            process = subprocess.Popen(broker.command(), stdout=log, stderr=log)  # noqa: S603
            stack.callback(_stop, process)
            processes.append(process)
        _wait(client, len(brokers))
        yield processes


def _wait(client: Mapping[str, str], count: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while _brokers(client) < count:
        assert time.monotonic() < deadline, "the brokers are not ready"
        time.sleep(0.3)


def _brokers(client: Mapping[str, str]) -> int:
    try:
        return len(AdminClient({**client, "log_level": 0}).list_topics(timeout=2).brokers)
    except KafkaException:
        return 0


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)


def three(folder: Path) -> list[Kafka]:
    """Brokers that are each other's controllers and keep everything three times, two at least."""
    ports = free_ports(6)
    voters = ",".join(f"{n + 1}@{HOST}:{ports[3 + n]}" for n in range(3))
    shared: dict[str, object] = {
        "controller.quorum.voters": voters,
        "default.replication.factor": 3,
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": 3,
        "transaction.state.log.replication.factor": 3,
        "transaction.state.log.min.isr": 2,
    }
    identity = _cluster_id()
    return [
        Kafka(
            folder / f"broker-{n + 1}",
            ports[n],
            ports[3 + n],
            settings={**shared, "node.id": n + 1, "controller.quorum.bootstrap.servers": ""},
            format_arguments=(),
            cluster_id=identity,
        )
        for n in range(3)
    ]


def secured(folder: Path, passwords: Mapping[str, str]) -> Kafka:
    """One broker that takes SCRAM over TLS alone and checks rights; `passwords` by user, of whom
    `admin` may do everything. Its certificate is signed by `folder`/ca.pem."""
    port, controller_port = free_ports(2)
    folder.mkdir(parents=True, exist_ok=True)
    make_certificates(folder)
    scram = [
        f"--add-scram=SCRAM-SHA-512=[name={user},password={password}]"
        for user, password in passwords.items()
    ]
    return Kafka(
        folder / "broker",
        port,
        controller_port,
        settings={
            "listeners": f"SASL_SSL://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
            "advertised.listeners": f"SASL_SSL://{HOST}:{port}",
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common."
            "security.scram.ScramLoginModule required "
            f'username="admin" password="{passwords["admin"]}";',
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": folder / "broker.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": folder / "ca.pem",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's own listener, which is for brokers alone, knows no users.
            "super.users": "User:admin;User:ANONYMOUS",
            "allow.everyone.if.no.acl.found": "false",
        },
        format_arguments=("--standalone", *scram),
    )


def make_certificates(folder: Path) -> None:
    """`ca.pem`, and `broker.pem` with a key and a certificate for the loopback address."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("test authority", authority_key, authority_key, "test authority")
    certificate = _certificate("broker", key, authority_key, "test authority")
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "broker.pem").write_bytes(
        secret + certificate.public_bytes(serialization.Encoding.PEM)
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
) -> x509.Certificate:
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .add_extension(address, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _cluster_id() -> str:
    return Kafka(Path(), 0, 0).cluster_id
