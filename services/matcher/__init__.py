"""matcher: who is entitled to take part?

job: keeps the schools' rosters and finds the one entry an identity belongs to, telling nobody why it did not
hears: campaign.published, identity.submitted; a roster uploaded by staff
says: identity.matched, identity.refused, roster.published
remembers: roster entries (sealed, found by fingerprint), the last claim of each application, attempts, who looked
"""
