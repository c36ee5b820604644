"""Intake: the door for students, over HTTP.

job: signs students in, takes consent, claims and photos, shows each where the case stands, ends it on a wish or a date
hears: idcard.re*, identity.matched, identity.ref*, photo.*prepared, photo.accepted, photo.ref*, photo.revoked,
 payment.*, message.*, application.delivered, application.bounced, erasure.completed
says: campaign.published, contact.changed, idcard.uploaded, identity.*ed, photo.*ed, photo.withdrawn,
 payment.requested, message.requested, resubmission.due, application.lapsed, application.withdrawn, erasure.requested
remembers: applications, photos, consents, grants, happenings (the timeline), accounts, codes, tries, campaigns"""
