"""Does it hold together? Every fate once, through the doors that people use; then nobody's name is found anywhere."""

from collections.abc import Iterator
from dataclasses import replace
from zipfile import ZipFile

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.campaigns import DEMO
from deploy.local.demo.fates import FATES
from deploy.local.demo.play import Play, Played, is_as_expected
from deploy.local.demo.student import Student
from deploy.local.stack import Stack
from services.exporter.manifest import verify
from shared.photos import BUCKETS, Objects
from shared.settings import StoreSettings
from tests.kafka import told

pytestmark = pytest.mark.timeout(400)  # five stories of twelve days, half an hour at a time


@pytest.fixture(scope="module")
async def played(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Played:
    once = [replace(fate, per_campaign=1) for fate in FATES]
    play = Play(stack, DEMO, lambda _act, _steps: None, fates=once)
    return await play.run(tmp_path_factory.mktemp("bundles"))


async def test_every_student_ends_as_expected(played: Played) -> None:
    surprised = [
        (student.fate.name, student.campaign["id"], student.stage, student.reasons, student.trouble)
        for student in played.students
        if not is_as_expected(student)
    ]
    assert surprised == []


async def test_the_bundles_are_what_their_manifests_say(played: Played) -> None:
    for campaign_id, file in played.bundles.items():
        assert verify(file) == []
        delivered = ("delivered", "revoked", "erased")  # the last two ended after their bundle
        complete = [each for each in _of(played, campaign_id) if each.fate.ends in delivered]
        with ZipFile(file) as bundle:
            photos = {name for name in bundle.namelist() if name.startswith("photos/")}
        assert photos == {f"photos/{student.person.entry.student_no}.jpg" for student in complete}


async def test_no_personal_data_is_in_topics_logs_or_object_names(played: Played, stack: Stack) -> None:
    secrets = {secret for student in played.students for secret in _personal(student)}
    assert len(secrets) > 100
    for where, text in [*_logs(stack), *await _topics(stack), *await _object_names(stack)]:
        found = [secret for secret in secrets if secret in text]
        assert not found, f"{where} holds {len(found)} names, numbers or phones"


def _of(played: Played, campaign_id: str) -> list[Student]:
    return [student for student in played.students if student.campaign["id"] == campaign_id]


def _personal(student: Student) -> Iterator[str]:
    for person in (student.person, student.claims):
        yield person.entry.name
        yield person.entry.document_number
        yield person.phone
    yield student.openid


def _logs(stack: Stack) -> Iterator[tuple[str, str]]:
    """Of our services; the sandbox stands for WeChat, whose logs are WeChat's."""
    for file in sorted((stack.state.path / "logs").glob("*.log")):
        if "sandbox" not in file.name:
            yield file.name, file.read_text(errors="replace")


async def _topics(stack: Stack) -> list[tuple[str, str]]:
    bootstrap = stack.servers.kafka_bootstrap
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    names = [name for name in await admin.list_topics() if name.startswith(stack.prefix)]
    await admin.close()
    assert len(names) > 20
    found = []
    for name in names:
        for record in await told(bootstrap, name):
            whole = b" ".join([record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)])
            found.append((name, whole.decode(errors="replace")))
    return found


async def _object_names(stack: Stack) -> list[tuple[str, str]]:
    settings = StoreSettings(
        endpoint=stack.servers.s3_endpoint,
        access_key=stack.servers.s3_access_key,
        secret_key=stack.servers.s3_secret_key,
        bucket_prefix=stack.prefix,
    )
    names = [(bucket, name) for bucket in BUCKETS for name in await Objects(settings, bucket).keys()]
    assert names
    return names
