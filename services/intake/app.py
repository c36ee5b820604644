"""How is it wired?"""

from services.intake import api
from services.intake.handlers import Handlers
from services.intake.idcards import IdCards
from services.intake.passwords import Passwords
from services.intake.settings import Settings
from services.intake.timers import Timers
from services.intake.tokens import Tokens
from services.intake.views import Views
from services.intake.waiting import Waiting
from shared import events
from shared.links import Links
from shared.photos import IDCARDS, PHOTOS, Objects
from shared.service import Service, run
from shared.settings import Connections, WeChatSettings
from shared.wechat import WeChat

SHOWN = (
    events.IdentityMatched,
    events.IdentityRefused,
    events.IdentityReferred,
    events.PhotoPrepared,
    events.PhotoUnprepared,
    events.PhotoAccepted,
    events.PhotoRefused,
    events.PhotoReferred,
    events.PhotoRevoked,
    events.PaymentDue,
    events.PaymentPrepared,
    events.PaymentRefused,
    events.PaymentClosed,
    events.PaymentSucceeded,
    events.PaymentRefunded,
    events.ApplicationDelivered,
    events.ApplicationBounced,
    events.ErasureCompleted,
)


def build(
    settings: Settings | None = None, connections: Connections | None = None, wechat: WeChatSettings | None = None
) -> Service:
    settings, connections, wechat = settings or Settings(), connections or Connections(), wechat or WeChatSettings()
    service = Service("intake", settings, connections)
    sealer = connections.seal.sealer()
    links = Links(connections.common.link_key.get_secret_value(), "picture")
    pictures = Objects(connections.store, PHOTOS)
    handlers = Handlers(service.outbox)
    timers = Timers(service.outbox, (pictures, Objects(connections.store, IDCARDS)))
    idcards = IdCards(service.outbox, Objects(connections.store, IDCARDS))
    waiting = Waiting(settings.database_url)
    wechat_api = WeChat(wechat.url, wechat.appid, wechat.secret.get_secret_value())

    service.needs(wechat_api)
    service.in_background(waiting.listen)
    service.keeps_campaigns()
    for shown in SHOWN:
        service.hears(shown, handlers.show)
    service.hears(events.MessageSent, handlers.show_message)
    service.hears(events.MessageFailed, handlers.show_message)
    service.hears(events.MessageUnknown, handlers.show_message)
    service.hears(events.IdCardRead, idcards.show_reading)
    service.hears(events.IdCardRefused, idcards.show_reading)
    service.does("delete_idcard", idcards.delete_picture)
    service.does("forget_reading", idcards.forget_reading)
    service.does("recall_photo", timers.recall_photo)
    service.does("lapse", timers.lapse)
    service.does("erase", timers.erase)
    service.does("move_timers", timers.move_timers)
    service.does("erase_pictures", timers.erase_pictures)
    service.says(events.CampaignPublished, events.ContactChanged, events.IdentitySubmitted, events.IdentityConfirmed)
    service.says(events.IdCardUploaded, events.MessageRequested)
    service.says(events.PhotoUploaded, events.PhotoSubmitted, events.PhotoWithdrawn, events.PhotoAppealed)
    service.says(events.PaymentRequested, events.ResubmissionDue, events.ApplicationLapsed)
    service.says(events.ApplicationWithdrawn, events.ErasureRequested)
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
                pictures=pictures,
                idcards=idcards,
                passwords=Passwords(),
            )
        )
    )
    return service


if __name__ == "__main__":
    run(build)
