"""How are the judges wired? `python -m services.validator.app` serves them; the desk is review.py."""

from services.validator.handlers import Handlers
from services.validator.pool import JudgePool
from services.validator.settings import Settings
from shared.events import PhotoAccepted, PhotoQueued, PhotoReferred, PhotoRefused, PhotoSubmitted
from shared.photos import PHOTOS, Objects
from shared.service import Service, run
from shared.settings import Connections


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("validator", settings, connections)
    pool = JudgePool(settings.models_dir, settings.processes, settings.seconds_per_photo)
    handlers = Handlers(service.outbox, Objects(connections.store, PHOTOS), pool)

    service.needs(pool)
    service.keeps_campaigns()
    service.hears(PhotoSubmitted, handlers.queue_photo)
    service.hears(PhotoQueued, handlers.judge_photo, workers=settings.processes)
    service.says(PhotoQueued, PhotoAccepted, PhotoRefused, PhotoReferred)
    return service


if __name__ == "__main__":
    run(build)
