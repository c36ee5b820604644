"""How is it wired? `python -m services.matcher.app` serves it."""

from services.matcher import api
from services.matcher.handlers import Handlers
from services.matcher.settings import Settings
from shared.events import IdentityMatched, IdentityRefused, IdentitySubmitted, RosterPublished
from shared.photos import ROSTERS, Objects
from shared.service import Service, run
from shared.settings import Connections
from shared.staff import Staff


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("matcher", settings, connections)
    sealer = connections.seal.sealer()
    staff = Staff(connections.common)
    handlers = Handlers(service.outbox, sealer, Objects(connections.store, ROSTERS))

    service.keeps_campaigns()
    service.hears(IdentitySubmitted, handlers.match_identity)
    service.does("publish_roster", handlers.publish_roster)
    service.says(IdentityMatched, IdentityRefused, RosterPublished)
    service.serves(staff.router())
    service.serves(api.router(api.Desk(service.outbox, handlers, staff, sealer, settings.roster_max_bytes)))
    return service


if __name__ == "__main__":
    run(build)
