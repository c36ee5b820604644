"""Job: judges photos against the campaign's profile; what the judge is unsure of, a person decides.

Hears photo.submitted, photo.queued (its own work queue), campaign.published.
Says photo.queued, photo.accepted, .refused, .referred.
Remembers per application the newest attempt and its verdict, every refused picture, and who of the staff looked.
Two entry points on one database: app.py (the judges, as many as the night needs) and review.py (the reviewers' desk).
"""
