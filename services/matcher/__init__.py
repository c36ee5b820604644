"""Matcher: who is entitled to take part?

job: keeps the schools' rosters and finds the one entry an identity belongs to, telling nobody why it did not
hears: campaign.published, identity.submitted
says: identity.matched, identity.refused, roster.published
remembers: entries (sealed, found by fingerprint), each application's last claim, attempts, looks of staff, campaigns
"""
