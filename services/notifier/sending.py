"""Gets one message out: one channel at a time, never twice, whatever is killed.

Before a gateway is called, the message says so (`trying`). Found like that again, its fate is unknown: a subscribe
message is tried again, and 43101 then means that the first try spent the grant, so it counts as sent; an SMS is looked
up, and after half an hour without a report it is unknown for ever, for a second SMS cannot be taken back.
"""

from datetime import UTC, datetime, timedelta
from typing import NoReturn
from uuid import UUID

import structlog

from services.notifier import store
from services.notifier.rules import LOOK_UP_FOR, GiveUp, is_old_news, next_channel
from services.notifier.sms import Sms, SmsRefused, SmsUnavailable
from services.notifier.store import Message
from services.notifier.wording import Content
from shared.campaign import Channel
from shared.events import Contact, MessageFailed, MessageSent, MessageUnknown
from shared.outbox import Errand, Outbox, Transaction, TryLater
from shared.sealed import Sealer
from shared.wechat import WeChat, WeChatRefused, WeChatUnavailable

SEND = "send_message"
SPENT_OR_REFUSED = 43101  # no grant: never given, withdrawn, or used up
CLOCKS_APART = timedelta(minutes=1)  # ours and the SMS gateway's, when it is asked what it took since a moment
LOOK_UP_EVERY = timedelta(seconds=30)

log = structlog.get_logger()


class Sending:
    """The errand `send_message`, whose subject is a message's id."""

    def __init__(self, outbox: Outbox, sealer: Sealer, wechat: WeChat, sms: Sms) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._wechat = wechat
        self._sms = sms

    async def send_message(self, errand: Errand) -> None:
        async with self._outbox.transaction() as tx:
            message = await store.locked_message(tx, UUID(errand.subject))
            step = await self._step(tx, message) if message else None
        if message is None or step is None:
            async with self._outbox.transaction(cause=errand):
                return
        if isinstance(step, GiveUp):
            await self._give_up(errand, message, step)
        elif step == "subscribe":
            await self._subscribe(errand, message)
        else:
            await self._text(errand, message)

    async def _step(self, tx: Transaction, message: Message) -> Channel | GiveUp:
        """What comes next; a channel chosen here is begun in the same transaction."""
        over = "expired" if tx.now >= message.expires_at else None
        if is_old_news(message.fact, message.about, message.photo, message.case):
            over = "old news"
        if message.trying == "sms" or (message.trying and not over):
            return message.trying
        if over:
            return GiveUp(over)
        content, contact = self._opened(message)
        usable: set[Channel] = {"sms"} if _phone(content, contact) else set()
        if contact and content.subscribe and await store.has_grant(tx, message, content.subscribe.template_id):
            usable.add("subscribe")
        step = next_channel(content.channels, usable, message.refused)
        if not isinstance(step, GiveUp):
            await store.begin(tx, message, step)
            if step == "subscribe" and content.subscribe:
                await store.spend_grant(tx, message, content.subscribe.template_id)
        return step

    async def _subscribe(self, errand: Errand, message: Message) -> None:
        content, contact = self._opened(message)
        assert content.subscribe
        assert contact
        template = content.subscribe
        try:
            await self._wechat.send_subscribe(contact.openid, template.template_id, template.page, template.data)
        except WeChatUnavailable as unavailable:
            await self._wait(message, unavailable, unavailable.perhaps_done)
        except WeChatRefused as refused:
            if refused.errcode == SPENT_OR_REFUSED and message.trying:
                await self._sent(errand, message, "subscribe")
            else:
                await self._refused(errand, message, "subscribe", str(refused.errcode))
        else:
            await self._sent(errand, message, "subscribe")

    async def _text(self, errand: Errand, message: Message) -> None:
        content, contact = self._opened(message)
        phone = _phone(content, contact)
        assert content.sms
        assert phone
        try:
            if message.trying:
                serial_no = await self._look_up(message, phone)
            else:
                sms = content.sms
                serial_no = await self._sms.send(phone, sms.template_id, sms.parameters, str(message.id))
        except SmsUnavailable as unavailable:
            if message.trying and self._looked_up_long_enough(message):
                await self._unknown(errand, message, str(unavailable))
            else:
                await self._wait(message, unavailable, unavailable.perhaps_sent, LOOK_UP_EVERY)
        except SmsRefused as refused:
            await self._refused(errand, message, "sms", refused.code)
        else:
            await self._sent(errand, message, "sms", serial_no=serial_no)

    async def _look_up(self, message: Message, phone: str) -> str:
        """Raises SmsUnavailable while the gateway has no report of it."""
        assert message.tried_at
        since = datetime.now(UTC) - (self._outbox.clock.now() - message.tried_at) - CLOCKS_APART
        try:
            serial_no = await self._sms.find(phone, since, str(message.id))
        except SmsRefused as refused:  # refused to tell: that says nothing about the message
            raise SmsUnavailable(refused.code, perhaps_sent=True) from None
        if serial_no is None:
            raise SmsUnavailable("no report of it", perhaps_sent=True)
        return serial_no

    def _looked_up_long_enough(self, message: Message) -> bool:
        assert message.tried_at
        return self._outbox.clock.now() - message.tried_at >= LOOK_UP_FOR

    async def _wait(
        self, message: Message, why: Exception, perhaps_done: bool, wait: timedelta | None = None
    ) -> NoReturn:
        """Raises TryLater; what certainly was not done is begun anew, on whatever channel is next by then."""
        if perhaps_done or message.trying:
            raise TryLater(str(why), wait)
        async with self._outbox.transaction() as tx:
            await store.let_go(tx, message)
        raise TryLater(str(why))

    async def _sent(self, errand: Errand, message: Message, channel: Channel, serial_no: str | None = None) -> None:
        async with self._outbox.transaction(cause=errand) as tx:
            await store.end(tx, message, "sent", sent_by=channel, serial_no=serial_no)
            tx.tell(MessageSent(**_of(message), channel=channel))

    async def _refused(self, errand: Errand, message: Message, channel: Channel, code: str) -> None:
        """The next channel gets its turn, as an errand of its own."""
        if code != str(SPENT_OR_REFUSED):
            # Wrong template, field, page or account: ours to mend, and the student may still be reached otherwise.
            log.error(
                "a gateway refuses our message",
                application_id=str(message.application_id),
                fact=message.fact,
                channel=channel,
                code=code,
            )
        async with self._outbox.transaction(cause=errand) as tx:
            if code != str(SPENT_OR_REFUSED):
                await store.give_grant_back(tx, message)
            await store.refuse(tx, message, channel, code)
            tx.do(SEND, message.id)

    async def _unknown(self, errand: Errand, message: Message, cause: str) -> None:
        log.error("a message's fate stays unknown", application_id=str(message.application_id), fact=message.fact)
        async with self._outbox.transaction(cause=errand) as tx:
            await store.end(tx, message, "unknown", cause=cause)
            tx.tell(MessageUnknown(**_of(message), channel=message.trying or "none", cause=cause))

    async def _give_up(self, errand: Errand, message: Message, step: GiveUp) -> None:
        if message.trying:
            await self._unknown(errand, message, step.cause)
            return
        async with self._outbox.transaction(cause=errand) as tx:
            await store.end(tx, message, "failed", cause=step.cause)
            tx.tell(MessageFailed(**_of(message), channel="none", cause=step.cause))

    def _opened(self, message: Message) -> tuple[Content, Contact | None]:
        contact = self._sealer.open(message.contact, Contact) if message.contact else None
        return self._sealer.open(message.content, Content), contact


def _phone(content: Content, contact: Contact | None) -> str | None:
    """A one-time code goes where it was asked for, everything else to the applicant."""
    return content.phone or (contact.phone if contact else None)


def _of(message: Message) -> dict[str, object]:
    return {
        "application_id": message.application_id,
        "campaign_id": message.campaign_id,
        "campaign_version": message.campaign_version,
        "fact": message.fact,
        "fact_id": message.fact_id,
    }
