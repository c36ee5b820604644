"""How is it wired?"""

from services.notifier import api
from services.notifier.handlers import ANNOUNCED, Handlers
from services.notifier.sending import SEND, Sending
from services.notifier.settings import Settings, WeChatSettings
from services.notifier.sms import Sms
from shared.events import (
    ContactChanged,
    ErasureCompleted,
    ErasureRequested,
    MessageFailed,
    MessageRequested,
    MessageSent,
    MessageUnknown,
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
    for fact in ANNOUNCED:
        service.hears(fact, handlers.announce)
    service.hears(MessageRequested, handlers.send_code)
    service.hears(ErasureRequested, handlers.forget)
    service.does(SEND, sending.send_message)
    service.says(MessageSent, MessageFailed, MessageUnknown, ErasureCompleted)
    service.serves(api.router(service.outbox, settings.receipt_secret.get_secret_value()))
    return service


if __name__ == "__main__":
    run(build)
