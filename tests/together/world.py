"""All parts with their bag, under one campaign and one clock, and what must hold when everything is over."""

from datetime import datetime, timedelta

from services.intake.rules import ERASE, PhotoState, fees_owed, stage, waits_for
from services.payment.rules import OrderState, RefundState
from shared.campaign import Campaign, Resubmission, Review
from shared.events import PhotoRevoked
from tests.intake.cases import NOW, paying
from tests.together.bag import Bag, Part
from tests.together.door import Intake, Picture
from tests.together.money import Payment
from tests.together.photo_house import Exporter, Matcher, Validator
from tests.together.voice import Notifier

TWO = Review(people=2, may_withdraw=True)
WEEK = Resubmission(advised_days=2, enforced_days=7)
CAMPAIGNS = {
    "after the approval": paying("after_approval").model_copy(update={"resubmission": WEEK}),
    "after the upload": paying("after_upload"),
    "a retake costs": paying("after_upload", retake_fee_fen=500),
    "before the upload": paying("before_upload").model_copy(update={"processing": "auto_crop"}),
    "with the order, two people": paying("at_order").model_copy(
        update={"processing": "replace_background", "review": TWO, "resubmission": WEEK}
    ),
    "nothing to pay": paying("none"),
    "nothing comes back": paying("after_upload", refund_when=()).model_copy(update={"resubmission": WEEK}),
}
ENDED = ("delivered", "revoked", "withdrawn", "lapsed", "erasing", "erased")


class World:
    """One application and everybody around it."""

    def begin(self, campaign: Campaign) -> None:
        self.bag = Bag(campaign, NOW)
        self.intake = Intake(self.bag)
        self.matcher = Matcher(self.bag, self.intake)
        self.validator = Validator(self.bag, self.intake)
        self.payment = Payment(self.bag)
        self.exporter = Exporter(self.bag)
        self.notifier = Notifier(self.bag)
        others: list[Part] = [self.matcher, self.validator, self.payment, self.exporter, self.notifier]
        self.bag.parts += [self.intake, *others]
        self.ended_at: dict[str, int] = {}

    def go_on(self, picture: Picture) -> None:
        """What the page offers next."""
        match self.stage():
            case "identify" | "unmatched":
                self.intake.claim("same")
            case "confirm":
                self.intake.confirm(True)
            case "upload" | "refused" | "unprepared":
                self.intake.upload(picture)
            case "prepared":
                self.intake.act("accept")
            case "pay":
                self.intake.act("pay")
                for order_no, order in self.payment.orders.items():
                    if order.state is OrderState.OPEN:
                        self.payment.arrive(order_no)
                        return

    def settle_down(self) -> None:
        for _ in range(20):
            self.bag.deliver_all()
            self.matcher.support(is_same=True)
            for reviewer in ("r1", "r2"):
                self.validator.review("accepted", reviewer)
            self.exporter.begin_bundle()
            self.exporter.publish_bundle()
            self.payment.give_back()
            if not self.bag.waiting:
                return
        raise AssertionError("it never comes to rest")

    def check_the_end(self) -> None:
        case, where = self.intake.case, self.stage()
        owed, standing = fees_owed(case, self.bag.campaign), self.payment.standing
        nothing_sent = case.photo.attempt == 0 or case.photo.is_taken_back
        assert where in ENDED or (nothing_sent and not standing), f"lost: it is {where} for ever"
        assert waits_for(case, self.bag.campaign, self.bag.now) in ("student", "nobody"), f"{where}: nobody comes"
        for no, refund in self.payment.refunds.items():
            assert refund.state is RefundState.REFUNDED, f"{no} is never given back"
        assert not [each for each in self.payment.orders.values() if each.state is OrderState.OPEN]
        assert len(standing) <= max(owed, 0), "more is kept than was owed"
        if where == "delivered":
            assert self.exporter.case.delivered == (case.photo.attempt, case.photo.revision)
            assert case.photo.state is PhotoState.ACCEPTED
            assert case.money.is_settled(owed)
        elif where in self.bag.campaign.payment.refund_when and not self.is_earned():
            assert not standing, "money of an ended application, without an owner"

    def next_moment(self) -> datetime | None:
        """When the next timer fires; that of the retention does not count."""
        orders = (each.expires_at for each in self.payment.orders.values() if each.state is OrderState.OPEN)
        timers = (at for kind, at in self.intake.timers.items() if kind != ERASE)
        chase = [self.payment.chase[0]] if self.payment.chase else []
        return min((*orders, *timers, *chase), default=None)

    def is_earned(self) -> bool:
        """Delivered, or forfeited by a revocation: what these campaigns do not give back."""
        return self.intake.case.delivery.is_delivered or any(
            isinstance(fact, PhotoRevoked) for _, fact in self.bag.told
        )

    def pass_time(self, by: timedelta) -> None:
        self.bag.pass_time(by)
        self.intake.fire()
        self.payment.fire()

    def stage(self) -> str:
        return stage(self.intake.case, self.bag.campaign, self.bag.now)
