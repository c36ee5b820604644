"""How are the judges wired? `python -m services.validator.app` serves them; the desk is review.py."""

from services.validator.handlers import Ending, Judging, Preparing, SecondLooks, Turns
from services.validator.pool import JudgePool
from services.validator.settings import CutoutSettings, Settings
from shared.events import (
    ApplicationBounced,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoAppealed,
    PhotoPrepared,
    PhotoQueued,
    PhotoReferred,
    PhotoRefused,
    PhotoSubmitted,
    PhotoUnprepared,
    PhotoUploaded,
    PhotoWithdrawn,
)
from shared.photos import PHOTOS, Objects
from shared.service import Service, run
from shared.settings import Connections


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("validator", settings, connections)
    pool = JudgePool(settings.models_dir, settings.processes, settings.seconds_per_photo, CutoutSettings())
    outbox, photos = service.outbox, Objects(connections.store, PHOTOS)
    preparing, turns, judging = Preparing(outbox, photos, pool), Turns(outbox), Judging(outbox, photos, pool)
    ending, second_looks = Ending(outbox, photos), SecondLooks(outbox, photos, pool)

    service.needs(pool)
    service.keeps_campaigns()
    service.hears(PhotoUploaded, preparing.prepare_photo, workers=settings.processes)
    service.hears(PhotoSubmitted, turns.queue_photo)
    service.hears(PaymentSucceeded, turns.count_payment)
    service.hears(PaymentRefunded, turns.count_refund)
    service.hears(PhotoWithdrawn, turns.take_back)
    service.hears(PhotoAppealed, turns.take_appeal)
    service.hears(PhotoQueued, judging.judge_photo, workers=settings.processes)
    service.hears(ApplicationBounced, turns.reopen)
    service.hears(ApplicationWithdrawn, ending.withdraw)
    service.hears(ApplicationLapsed, ending.lapse)
    service.hears(ErasureRequested, ending.erase)
    service.does("look_for_duplicates", second_looks.look_for_duplicates)
    service.does("check_again", second_looks.check_again)
    service.does("erase", ending.clear)
    service.does("remove_pictures", ending.remove_pictures)
    service.does("forget_audit", ending.forget_audit)
    service.says(PhotoPrepared, PhotoUnprepared, PhotoQueued, PhotoAccepted, PhotoRefused, PhotoReferred)
    service.says(ErasureCompleted)
    return service


if __name__ == "__main__":
    run(build)
