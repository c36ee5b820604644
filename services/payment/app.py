"""How is it wired? `python -m services.payment.app` serves it."""

from services.payment import api
from services.payment.cashier import Cashier
from services.payment.handlers import Handlers
from services.payment.settings import Settings
from services.payment.wechatpay import WeChatPay
from shared.events import (
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentRequested,
    PaymentSucceeded,
    PhotoAccepted,
)
from shared.service import Service, run
from shared.settings import Connections


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("payment", settings, connections)
    sealer = connections.seal.sealer()
    wechatpay = WeChatPay(settings)
    handlers = Handlers(service.outbox)
    cashier = Cashier(service.outbox, sealer, wechatpay)

    service.needs(wechatpay)
    service.keeps_campaigns()
    service.hears(PhotoAccepted, handlers.charge_for_photo)
    service.hears(PaymentRequested, handlers.answer_request)
    service.does("prepare_payment", cashier.prepare_payment)
    service.does("watch_order", cashier.watch_order)
    service.does("chase_payment", cashier.chase_payment)
    service.does("refund_payment", cashier.refund_payment)
    service.serves(api.router(service.outbox, sealer, wechatpay))
    service.says(PaymentDue, PaymentPrepared, PaymentRefused, PaymentClosed, PaymentSucceeded, PaymentRefunded)
    return service


if __name__ == "__main__":
    run(build)
