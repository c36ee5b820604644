"""Notifier: tells students what became of their case, one message per fact, as the campaign says.

job: sends a WeChat subscribe message, or an SMS where that cannot be; never the same fact twice
hears: campaign.published, contact.changed, photo.accepted, photo.refused, payment.due, payment.closed,
 payment.succeeded, payment.refunded, application.delivered
says: message.sent, message.failed, message.unknown
remembers: contacts (sealed), grants, messages and their receipts, campaigns"""
