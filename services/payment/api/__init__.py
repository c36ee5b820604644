"""What can be asked of it over HTTP? WeChat Pay notifies; operators look, take money on the spot, end stuck refunds."""

from services.payment.api import desk, notifications

__all__ = ["desk", "notifications"]
