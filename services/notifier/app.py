"""How is it wired?"""

from services.notifier import api
from services.notifier.handlers import Handlers
from services.notifier.sending import SEND, Sending
from services.notifier.settings import Settings, WeChatSettings
from services.notifier.sms import Sms
from shared.events import (
    ApplicationDelivered,
    ContactChanged,
    MessageFailed,
    MessageSent,
    MessageUnknown,
    PaymentClosed,
    PaymentDue,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoRefused,
)
from shared.service import Service, run
from shared.settings import Connections
from shared.wechat import WeChat


def build(
    settings: Settings | None = None,
    connections: Connections | None = None,
    mini_program: WeChatSettings | None = None,
) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    mini_program = mini_program or WeChatSettings()
    service = Service("notifier", settings, connections)

    wechat = WeChat(mini_program.url, mini_program.appid, mini_program.secret.get_secret_value())
    sealer = connections.seal.sealer()
    handlers = Handlers(service.outbox, sealer)
    sending = Sending(service.outbox, sealer, wechat, Sms(settings))

    service.needs(wechat)
    service.keeps_campaigns()
    service.hears(ContactChanged, handlers.remember_contact)
    service.hears(PhotoAccepted, handlers.announce_acceptance)
    service.hears(PhotoRefused, handlers.announce_refusal)
    service.hears(PaymentDue, handlers.announce_debt)
    service.hears(PaymentClosed, handlers.announce_closing)
    service.hears(PaymentSucceeded, handlers.announce_payment)
    service.hears(PaymentRefunded, handlers.announce_refund)
    service.hears(ApplicationDelivered, handlers.announce_delivery)
    service.does(SEND, sending.send_message)
    service.says(MessageSent, MessageFailed, MessageUnknown)
    service.serves(api.router(service.outbox, settings.receipt_secret.get_secret_value()))
    return service


if __name__ == "__main__":
    run(build)
