"""Payment: who owes what, and did the money arrive?

job: makes the fee due when the campaign says so, one WeChat Pay order at a time; gives back what is not due
hears: identity.confirmed, photo.submitted, photo.accepted, payment.requested, photo.revoked, application.withdrawn,
  application.lapsed, erasure.requested
says: payment.*, erasure.completed
remembers: per application what is owed, and every order and refund under our own number
"""
