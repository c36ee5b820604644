"""Validator: is this photo good enough? Two processes on one database: the judges (app.py), the desk (review.py).

job: prepares and judges photos by the campaign's profile; what the judge is unsure of, people decide at the desk
hears: campaign.published, photo.uploaded, photo.submitted, photo.queued, photo.withdrawn, photo.appealed,
  payment.succeeded, payment.refunded, application.withdrawn, application.lapsed, application.bounced, erasure.requested
says: photo.prepared, photo.unprepared, photo.queued, photo.accepted, photo.refused, photo.referred, photo.revoked,
  erasure.completed
remembers: each application's newest photo and verdict, refused pictures, alarms, who of the staff looked, campaigns
"""
