"""Intake: the door for students, over HTTP.

job: signs students in, takes consent, claims and photos, and shows each where the application stands
hears: identity.matched, identity.refused, photo.accepted, photo.refused, photo.referred, payment.due, payment.prepared,
 payment.refused, payment.closed, payment.succeeded, payment.refunded, message.*, application.delivered
says: campaign.published, contact.changed, identity.submitted, identity.confirmed, photo.submitted, payment.requested,
 application.lapsed
remembers: applications, photos (each attempt), consents, grants, happenings (the timeline), campaigns"""
