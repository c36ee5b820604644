"""How is it wired? `python -m services.matcher.app` serves it."""

from services.matcher import api
from services.matcher.capture import decoders
from services.matcher.cards.pool import CardPool
from services.matcher.handlers import Handlers
from services.matcher.keeper import RosterKeeper
from services.matcher.readings import Readings
from services.matcher.settings import Settings
from services.matcher.support import Support
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    IdCardRead,
    IdCardRefused,
    IdCardUploaded,
    IdentityMatched,
    IdentityReferred,
    IdentityRefused,
    IdentitySubmitted,
    PhotoRevoked,
    RosterPublished,
)
from shared.photos import IDCARDS, ROSTERS, Objects
from shared.service import Service, run
from shared.settings import Connections
from shared.staff import Staff


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("matcher", settings, connections)
    sealer = connections.seal.sealer()
    staff = Staff(connections.common)
    handlers = Handlers(service.outbox, sealer, decoders(settings))
    keeper = RosterKeeper(service.outbox, sealer, Objects(connections.store, ROSTERS))
    support = Support(service.outbox, sealer)
    pool = CardPool(settings.card_processes, settings.card_seconds)
    readings = Readings(service.outbox, sealer, Objects(connections.store, IDCARDS), pool)

    service.needs(pool)
    service.keeps_campaigns()
    service.hears(IdentitySubmitted, handlers.match_identity)
    service.hears(IdCardUploaded, readings.read_when_free)
    service.hears(PhotoRevoked, handlers.ban_person)
    service.hears(ApplicationWithdrawn, handlers.end_claim)
    service.hears(ApplicationLapsed, handlers.end_claim)
    service.hears(ErasureRequested, handlers.erase)
    service.does("decode_code", handlers.decode_code)
    service.does("ask_again", handlers.ask_again)
    service.does("read_card", readings.read_card)
    service.does("remove_card", readings.remove_card)
    service.does("publish_roster", keeper.publish_roster)
    service.does("remove_old_rosters", keeper.remove_old_rosters)
    service.does("forget_roster", keeper.forget_roster)
    service.says(IdentityMatched, IdentityReferred, IdentityRefused, IdCardRead, IdCardRefused)
    service.says(RosterPublished, ErasureCompleted)
    service.serves(staff.router())
    service.serves(api.router(api.Desk(service.outbox, keeper, support, staff, sealer, settings.roster_max_bytes)))
    return service


if __name__ == "__main__":
    run(build)
