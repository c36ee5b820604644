"""How is it wired?"""

from services.intake import api
from services.intake.handlers import Handlers
from services.intake.settings import Settings
from services.intake.tokens import Tokens
from services.intake.views import Views
from services.intake.waiting import Waiting
from shared import events
from shared.links import Links
from shared.photos import PHOTOS, Objects
from shared.service import Service, run
from shared.settings import Connections, WeChatSettings
from shared.wechat import WeChat


def build(
    settings: Settings | None = None, connections: Connections | None = None, wechat: WeChatSettings | None = None
) -> Service:
    settings, connections, wechat = settings or Settings(), connections or Connections(), wechat or WeChatSettings()
    service = Service("intake", settings, connections)
    sealer = connections.seal.sealer()
    links = Links(connections.common.link_key.get_secret_value(), "picture")
    handlers = Handlers(service.outbox)
    waiting = Waiting(settings.database_url)
    wechat_api = WeChat(wechat.url, wechat.appid, wechat.secret.get_secret_value())

    service.needs(wechat_api)
    service.in_background(waiting.listen)
    service.keeps_campaigns()
    service.hears(events.IdentityMatched, handlers.show_match)
    service.hears(events.IdentityRefused, handlers.show_match)
    service.hears(events.PhotoAccepted, handlers.show_verdict)
    service.hears(events.PhotoRefused, handlers.show_verdict)
    service.hears(events.PhotoReferred, handlers.show_verdict)
    service.hears(events.PaymentDue, handlers.show_payment)
    service.hears(events.PaymentPrepared, handlers.show_payment)
    service.hears(events.PaymentRefused, handlers.show_payment)
    service.hears(events.PaymentClosed, handlers.show_payment)
    service.hears(events.PaymentSucceeded, handlers.show_payment)
    service.hears(events.PaymentRefunded, handlers.show_payment)
    service.hears(events.MessageSent, handlers.show_message)
    service.hears(events.MessageFailed, handlers.show_message)
    service.hears(events.MessageUnknown, handlers.show_message)
    service.hears(events.ApplicationDelivered, handlers.show_delivery)
    service.says(events.CampaignPublished, events.ContactChanged, events.IdentitySubmitted, events.IdentityConfirmed)
    service.says(events.PhotoSubmitted, events.PaymentRequested, events.ApplicationLapsed)
    service.serves(
        api.router(
            api.Door(
                settings=settings,
                outbox=service.outbox,
                sealer=sealer,
                tokens=Tokens(settings.token_key.get_secret_value(), settings.token_seconds, sealer),
                views=Views(sealer, links),
                links=links,
                waiting=waiting,
                wechat=wechat_api,
                pictures=Objects(connections.store, PHOTOS),
            )
        )
    )
    return service


if __name__ == "__main__":
    run(build)
