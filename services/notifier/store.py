"""What do we remember? One row per application, the messages agreed to, and everything said."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.dialects.postgresql import UUID as UuidColumn

from services.notifier.rules import Case, Saying
from services.notifier.wording import Content
from shared.campaign import Channel
from shared.events import ApplicationEvent, Contact, ContactChanged
from shared.outbox import Transaction
from shared.sealed import Sealed

metadata = MetaData()
_moment = DateTime(timezone=True)

applications = Table(
    "applications",
    metadata,
    Column("application_id", UuidColumn(as_uuid=True), primary_key=True),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("dues", Integer, nullable=False, server_default=text("0")),
    Column("payments", Integer, nullable=False, server_default=text("0")),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    Column("referred", Integer, nullable=False, server_default=text("0")),
    Column("matched", Integer, nullable=False, server_default=text("0")),
    Column("over", Boolean, nullable=False, server_default=text("false")),
    Column("contact", JSONB),  # Sealed[Contact]
    Column("contact_revision", Integer, nullable=False, server_default=text("0")),
)

# One agreement to one subscribe message: spent by the message that used it.
grants = Table(
    "grants",
    metadata,
    Column("grant_id", UuidColumn(as_uuid=True), primary_key=True),
    Column("application_id", UuidColumn(as_uuid=True), nullable=False, index=True),
    Column("template_id", Text, nullable=False),
    Column("spent_by", UuidColumn(as_uuid=True), index=True),
)

messages = Table(
    "messages",
    metadata,
    Column("id", UuidColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("application_id", UuidColumn(as_uuid=True), ForeignKey(applications.c.application_id), nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("fact", Text, nullable=False),
    Column("fact_id", UuidColumn(as_uuid=True), nullable=False),
    Column("about", Text, nullable=False),
    Column("attempt", Integer),
    Column("revision", Integer),
    Column("content", JSONB, nullable=False),  # Sealed[Content]
    Column("expires_at", _moment, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),  # waiting, sent, failed, unknown
    # The channel whose gateway may have it although we have no answer, since when, and what others said.
    Column("trying", Text),
    Column("tried_at", _moment),
    Column("refused", JSONB, nullable=False, server_default=text("'{}'")),  # channel → the gateway's code
    Column("sent_by", Text),
    Column("serial_no", Text),  # the SMS gateway's
    Column("cause", Text),
    Column("said_at", _moment, nullable=False),
    Column("ended_at", _moment),
    UniqueConstraint("application_id", "fact", "about", name="a_fact_is_said_once"),
)

# What carriers reported: hints, for nobody signs them. Keyed by the gateway's serial number, they may come first.
receipts = Table(
    "receipts",
    metadata,
    Column("serial_no", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("received_at", _moment, nullable=False, server_default=text("clock_timestamp()")),
)


@dataclass(frozen=True)
class Message:
    """A message that has not ended, with what is needed to send it."""

    id: UUID
    application_id: UUID
    campaign_id: str
    campaign_version: int
    fact: str
    fact_id: UUID
    about: str
    photo: tuple[int, int] | None
    content: Sealed[Content]
    expires_at: datetime
    trying: Channel | None
    tried_at: datetime | None
    refused: dict[str, str]
    case: Case
    contact: Sealed[Contact] | None


_open_case = insert(applications).on_conflict_do_nothing()
_add_grants = insert(grants).on_conflict_do_nothing()
_add_message = insert(messages).on_conflict_do_nothing().returning(messages.c.id)
_case_columns = [applications.c[name].label(f"case_{name}") for name in Case.__dataclass_fields__]
_with_case = select(
    messages,
    *_case_columns,
    applications.c.contact,
).join(applications, applications.c.application_id == messages.c.application_id)
_add_receipt = insert(receipts)
_add_receipt = _add_receipt.on_conflict_do_update(
    index_elements=["serial_no"], set_={"status": _add_receipt.excluded.status, "cause": _add_receipt.excluded.cause}
)


async def locked_case(tx: Transaction, application_id: UUID) -> tuple[Case, bool]:
    """The application's row, locked and made if need be; and whether we know how to reach the student."""
    await tx.execute(_open_case, {"application_id": application_id})
    wanted = select(applications).where(applications.c.application_id == application_id).with_for_update()
    row = (await tx.execute(wanted)).one()
    return Case(**{name: getattr(row, name) for name in Case.__dataclass_fields__}), row.contact is not None


async def keep_case(tx: Transaction, application_id: UUID, case: Case) -> None:
    await tx.execute(update(applications).where(applications.c.application_id == application_id).values(asdict(case)))


async def keep_contact(tx: Transaction, event: ContactChanged) -> None:
    """An older contact changes nothing, but its grants count: WeChat counts them too."""
    newer = update(applications).where(
        applications.c.application_id == event.application_id, applications.c.contact_revision < event.revision
    )
    await tx.execute(newer.values(contact=event.contact.model_dump(), contact_revision=event.revision))
    rows = [{"application_id": event.application_id, **grant.model_dump()} for grant in event.grants]
    if rows:
        await tx.execute(_add_grants, rows)


async def waiting(tx: Transaction, application_id: UUID) -> list[UUID]:
    open_ones = select(messages.c.id).where(
        messages.c.application_id == application_id, messages.c.state == "waiting", messages.c.trying.is_(None)
    )
    return list((await tx.execute(open_ones)).scalars())


async def add_message(
    tx: Transaction, event: ApplicationEvent, saying: Saying, content: Sealed[Content], expires_at: datetime
) -> UUID | None:
    """None: it has been said before."""
    attempt, revision = saying.photo or (None, None)
    row = {
        "application_id": event.application_id,
        "campaign_id": event.campaign_id,
        "campaign_version": event.campaign_version,
        "fact": saying.fact,
        "fact_id": event.id,
        "about": saying.about,
        "attempt": attempt,
        "revision": revision,
        "content": content.model_dump(),
        "expires_at": expires_at,
        "said_at": tx.now,
    }
    added: UUID | None = (await tx.execute(_add_message, row)).scalar()
    return added


async def erase(tx: Transaction, application_id: UUID, nothing: Sealed[Content]) -> None:
    """Whom to reach and what was said go; that something was said stays. What still waited is not sent."""
    of_person = applications.c.application_id == application_id
    await tx.execute(update(applications).where(of_person).values(contact=None))
    await tx.execute(delete(grants).where(grants.c.application_id == application_id))
    said = update(messages).where(messages.c.application_id == application_id)
    await tx.execute(said.values(content=nothing.model_dump()))


async def locked_message(tx: Transaction, message_id: UUID) -> Message | None:
    """None: it has ended."""
    wanted = _with_case.where(messages.c.id == message_id, messages.c.state == "waiting").with_for_update()
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _message(row)


async def begin(tx: Transaction, message: Message, channel: Channel) -> None:
    """From here on the gateway may have it, whatever becomes of us."""
    await _change(tx, message, trying=channel, tried_at=tx.now)


async def let_go(tx: Transaction, message: Message) -> None:
    """The gateway certainly does not have it: as if never begun."""
    await _change(tx, message, trying=None, tried_at=None)
    await give_grant_back(tx, message)


async def refuse(tx: Transaction, message: Message, channel: Channel, code: str) -> None:
    await _change(tx, message, trying=None, tried_at=None, refused={**message.refused, channel: code})


async def end(tx: Transaction, message: Message, state: str, **values: Any) -> None:
    """state: sent (with sent_by, perhaps serial_no), failed or unknown (with cause)."""
    await _change(tx, message, state=state, trying=None, ended_at=tx.now, **values)


async def has_grant(tx: Transaction, message: Message, template_id: str) -> bool:
    return (await tx.execute(_unspent(message, template_id))).first() is not None


async def spend_grant(tx: Transaction, message: Message, template_id: str) -> None:
    one = _unspent(message, template_id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    await tx.execute(update(grants).where(grants.c.grant_id == one).values(spent_by=message.id))


async def give_grant_back(tx: Transaction, message: Message) -> None:
    await tx.execute(update(grants).where(grants.c.spent_by == message.id).values(spent_by=None))


async def keep_receipt(tx: Transaction, serial_no: str, status: str, cause: str) -> None:
    await tx.execute(_add_receipt, {"serial_no": serial_no, "status": status, "cause": cause})


def _unspent(message: Message, template_id: str) -> Select[UUID]:
    return select(grants.c.grant_id).where(
        grants.c.application_id == message.application_id,
        grants.c.template_id == template_id,
        grants.c.spent_by.is_(None),
    )


async def _change(tx: Transaction, message: Message, **values: Any) -> None:
    await tx.execute(update(messages).where(messages.c.id == message.id).values(**values))


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        application_id=row.application_id,
        campaign_id=row.campaign_id,
        campaign_version=row.campaign_version,
        fact=row.fact,
        fact_id=row.fact_id,
        about=row.about,
        photo=None if row.attempt is None else (row.attempt, row.revision),
        content=Sealed[Content].model_validate(row.content),
        expires_at=row.expires_at,
        trying=row.trying,
        tried_at=row.tried_at,
        refused=row.refused,
        case=Case(**{name: getattr(row, f"case_{name}") for name in Case.__dataclass_fields__}),
        contact=row.contact and Sealed[Contact].model_validate(row.contact),
    )
