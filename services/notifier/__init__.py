"""Notifier: tells the student, once.

job: turns facts into messages as the campaign words them, by subscribe message or SMS, never twice
hears: contact.changed, identity.referred, identity.matched, photo.accepted, photo.refused, photo.revoked,
  resubmission.due, payment.*, message.requested, application.*, erasure.requested
says: message.sent, message.failed, message.unknown, erasure.completed
remembers: how to reach each applicant, what was agreed to and what was said
"""
