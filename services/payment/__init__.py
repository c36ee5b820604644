"""Payment: takes the fee once an application owes it, and gives back what was paid in vain. Money is fen.

job: one WeChat Pay order at a time per application, reminders, the end of the grace, refunds
hears: photo.accepted, payment.requested, campaign.published
says: payment.due, payment.prepared, payment.refused, payment.closed, payment.succeeded, payment.refunded
remembers: per application what is owed and what settled it; every order and refund under our own number
"""
