"""Matcher: who is entitled to take part?

job: keeps the schools' rosters, finds the one entry an identity or code belongs to, reads pictures of documents
hears: campaign.published, identity.submitted, idcard.uploaded, photo.revoked, application.withdrawn,
    application.lapsed, erasure.requested
says: identity.matched, identity.refe*, identity.refu*, idcard.re*, roster.published, erasure.completed
remembers: entries (sealed, found by fingerprint), each application's last claim, bans, attempts, what staff did
"""
