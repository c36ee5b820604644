"""Notifier: what is said to the student, and whether it is still news."""

from uuid import UUID

from services.notifier import rules
from services.notifier.handlers import ANNOUNCED
from services.notifier.rules import Case
from shared.events import ApplicationEvent, ErasureCompleted, ErasureRequested
from tests.together.bag import Bag, Hears


class Notifier:
    name = "notifier"

    def __init__(self, bag: Bag) -> None:
        self.bag = bag
        self.case = Case()
        self.heard: set[UUID] = set()  # its inbox: it counts what it hears
        self.said: list[tuple[str, str]] = []
        self.said_when_over: list[str] = []
        self.hears: Hears = dict.fromkeys(ANNOUNCED, self.announce)
        self.hears[ErasureRequested] = self.forget

    def announce(self, fact: ApplicationEvent) -> None:
        if fact.id in self.heard:
            return
        self.heard.add(fact.id)
        was_over = self.case.over
        self.case = rules.with_fact(self.case, fact)
        saying = rules.saying_of(fact)
        if saying is None or rules.is_old_news(saying.fact, saying.about, saying.photo, self.case):
            return
        if (saying.fact, saying.about) not in self.said:  # unique in its table
            self.said.append((saying.fact, saying.about))
            self.said_when_over += [saying.fact] if was_over else []

    def forget(self, fact: ErasureRequested) -> None:
        self.case = rules.with_fact(self.case, fact)
        self.bag.tell(self.name, ErasureCompleted(**self.bag.named, service=self.name))
