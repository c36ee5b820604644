"""Exporter: the finished set for the school.

job: knows who is complete and why somebody is not; writes bundles of photos, index and manifest; hands them out
hears: campaign.published, roster.published, identity.confirmed, photo.submitted, photo.accepted, photo.refused,
 photo.referred, payment.succeeded, payment.refunded, application.lapsed
says: application.delivered
remembers: each application's newest facts, rosters (where they lie), bundles, looks of staff, campaigns
"""
