"""Each member of the staff sees the schools that the staff file gives them."""

from shared.campaign import Campaign
from shared.outbox import Transaction
from shared.pages import campaigns_of
from shared.staff import Member


async def campaigns_by_id(tx: Transaction, member: Member) -> dict[str, Campaign]:
    """The newest version of each campaign of the member's schools."""
    return {each.id: each for each in await campaigns_of(tx, member)}
