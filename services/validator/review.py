"""How is the reviewers' desk wired? `python -m services.validator.review` serves it, on the judges' database."""

from services.validator import api
from services.validator.desk import Desk, Duplicates, Technical
from services.validator.settings import ReviewSettings
from shared.events import PhotoAccepted, PhotoRefused, PhotoRevoked
from shared.links import Links
from shared.photos import PHOTOS, Objects
from shared.service import Service, run
from shared.settings import Connections
from shared.staff import Staff


def build(settings: ReviewSettings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or ReviewSettings(), connections or Connections()
    service = Service("review", settings, connections)
    staff = Staff(connections.common)
    links = Links(connections.common.link_key.get_secret_value(), "review-pictures")
    desk = Desk(service.outbox, Objects(connections.store, PHOTOS))

    service.says(PhotoAccepted, PhotoRefused, PhotoRevoked)
    service.in_background(desk.keep_counting)
    service.serves(staff.router())
    service.serves(api.router(desk, Duplicates(service.outbox), Technical(service.outbox), staff, links))
    return service


if __name__ == "__main__":
    run(build)
