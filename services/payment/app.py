"""How is it wired? `python -m services.payment.app` serves it."""

from services.payment.api import desk, notifications
from services.payment.cashier import Cashier
from services.payment.handlers import Handlers
from services.payment.settings import Settings
from services.payment.wechatpay import WeChatPay
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    IdentityConfirmed,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentRequested,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoRevoked,
    PhotoSubmitted,
)
from shared.service import Service, run
from shared.settings import Connections
from shared.staff import Staff


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("payment", settings, connections)
    sealer = connections.seal.sealer()
    wechatpay = WeChatPay(settings)
    staff = Staff(connections.common)
    handlers = Handlers(service.outbox)
    cashier = Cashier(service.outbox, sealer, wechatpay)

    service.needs(wechatpay)
    service.keeps_campaigns()
    for chargeable in (IdentityConfirmed, PhotoSubmitted, PhotoAccepted):
        service.hears(chargeable, handlers.charge)
    for ending in (ApplicationWithdrawn, ApplicationLapsed, PhotoRevoked, ErasureRequested):
        service.hears(ending, handlers.end)
    service.hears(PaymentRequested, handlers.answer_request)
    service.does("prepare_payment", cashier.prepare_payment)
    service.does("watch_order", cashier.watch_order)
    service.does("chase_payment", cashier.chase_payment)
    service.does("refund_payment", cashier.refund_payment)
    service.does("erase_payer", cashier.erase_payer)
    service.serves(notifications.router(service.outbox, sealer, wechatpay))
    service.serves(staff.router())
    service.serves(desk.router(service.outbox, staff))
    service.says(PaymentDue, PaymentPrepared, PaymentRefused, PaymentClosed, PaymentSucceeded, PaymentRefunded)
    service.says(ErasureCompleted)
    return service


if __name__ == "__main__":
    run(build)
