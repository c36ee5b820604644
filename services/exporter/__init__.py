"""Exporter: the school's side: who is complete, the bundle, and what became of it.

job: shows a campaign's progress, writes bundles of photos, prints and lists, takes down what the school sends back
hears: roster.published, identity.confirmed, photo.submitted, photo.accepted, photo.refused, photo.referred,
  photo.withdrawn, photo.revoked, payment.succeeded, payment.refunded, application.lapsed, application.withdrawn,
  erasure.requested
says: application.delivered, application.bounced, erasure.completed
remembers: per application its newest facts and its hand-over, the bundles, and every look of the staff
"""
