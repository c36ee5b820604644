"""Job: charges the fee once an application owes it: one WeChat Pay order at a time, refunds what was paid in vain.

Hears photo.accepted, payment.requested, campaign.published; WeChat Pay's notifications by webhook.
Says payment.due (and reminds), .prepared, .refused, .closed, .succeeded, .refunded.
Remembers per application what is owed and what settled it; every order and refund under our own number. Money: fen.
"""
