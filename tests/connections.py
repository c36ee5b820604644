"""The shared connections of a service under test."""

import base64
from pathlib import Path
from typing import Any

from shared.photos import BUCKETS, Objects
from shared.settings import CommonSettings, Connections, KafkaSettings, SealSettings, StoreSettings

KEY = base64.b64encode(b"a key for tests, of 32 bytes ...").decode()
SEALING = SealSettings(keys=f"k1:{KEY}", lookup_key=KEY)
SEALER = SEALING.sealer()


def connections_to(
    parts: Any, topic_prefix: str, clock_file: Path | None = None, staff_file: Path | None = None
) -> Connections:
    """On the real parts, with topics, and buckets, of this test alone where it wants them."""
    return Connections(
        kafka=KafkaSettings(bootstrap_servers=parts.kafka_bootstrap, topic_prefix=topic_prefix, partitions=1),
        store=StoreSettings(endpoint=parts.s3_endpoint, access_key=parts.s3_access_key, secret_key=parts.s3_secret_key),
        seal=SEALING,
        common=CommonSettings(
            link_key="links", staff_cookie_key="cookies", clock_file=clock_file, staff_file=staff_file
        ),
    )


def create_buckets(connections: Connections) -> None:
    for bucket in BUCKETS:
        Objects(connections.store, bucket).create()
