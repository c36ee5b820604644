"""Validator: is this photo good enough? Two processes on one database: the judges (app.py), the desk (review.py).

job: judges photos by the campaign's profile; what the judge is unsure of, a person decides at the desk
hears: campaign.published, photo.submitted, photo.queued
says: photo.queued, photo.accepted, photo.refused, photo.referred
remembers: each application's newest photo and verdict, refused pictures, who of the staff looked, campaigns
"""
