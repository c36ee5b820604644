"""Payment: the fee, once.

job: charges an approved application by one WeChat Pay order at a time; refunds what was paid twice or in vain
hears: campaign.published, photo.accepted, payment.requested
says: payment.due, payment.prepared, payment.refused, payment.closed, payment.succeeded, payment.refunded
remembers: what each application owes and what settled it, orders and refunds under our own numbers, campaigns
"""
