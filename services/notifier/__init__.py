"""Tells students what became of their case: one WeChat subscribe message or SMS per fact, as the campaign says.

hears: contact.changed · photo.accepted · photo.refused · payment.due · payment.closed · payment.succeeded ·
       payment.refunded · application.delivered
says: message.sent · message.failed · message.unknown
remembers: how to reach each student (sealed), the messages they agreed to, and what was said
"""
