"""How is it wired?"""

from services.exporter import api
from services.exporter.handlers import Handlers
from services.exporter.outcomes import Outcomes
from services.exporter.settings import Settings
from shared import events
from shared.links import Links
from shared.photos import BUNDLES, PHOTOS, ROSTERS, Objects
from shared.service import Service, run
from shared.settings import Connections
from shared.staff import Staff


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("exporter", settings, connections)
    sealer = connections.seal.sealer()
    photos, rosters, bundles = (Objects(connections.store, bucket) for bucket in (PHOTOS, ROSTERS, BUNDLES))
    links = Links(connections.common.link_key.get_secret_value(), "bundle")
    staff = Staff(connections.common)
    handlers = Handlers(service.outbox, sealer, photos, rosters, bundles)

    service.keeps_campaigns()
    service.hears(events.RosterPublished, handlers.keep_roster)
    service.hears(events.IdentityConfirmed, handlers.keep)
    service.hears(events.PhotoSubmitted, handlers.keep)
    service.hears(events.PhotoAccepted, handlers.keep)
    service.hears(events.PhotoRefused, handlers.keep)
    service.hears(events.PhotoReferred, handlers.keep)
    service.hears(events.PaymentSucceeded, handlers.keep)
    service.hears(events.PaymentRefunded, handlers.keep)
    service.hears(events.PhotoWithdrawn, handlers.keep)
    service.hears(events.PhotoRevoked, handlers.keep)
    service.hears(events.ApplicationLapsed, handlers.keep)
    service.hears(events.ApplicationWithdrawn, handlers.keep)
    service.hears(events.ErasureRequested, handlers.forget)
    service.does("write_bundle", handlers.write_bundle)
    service.does("remove_bundle", handlers.remove_bundle)
    service.says(events.ApplicationDelivered, events.ApplicationBounced, events.ErasureCompleted)
    service.serves(staff.router())
    service.serves(
        api.router(
            api.Desk(
                outbox=service.outbox,
                handlers=handlers,
                outcomes=Outcomes(service.outbox, sealer),
                staff=staff,
                sealer=sealer,
                links=links,
                bundles=bundles,
                download_seconds=settings.download_seconds,
            )
        )
    )
    return service


if __name__ == "__main__":
    run(build)
