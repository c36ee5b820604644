"""What every service counts: one line per metric; dashboards and alerts name these."""

from prometheus_client import Counter, Gauge, Histogram

HEARD = Counter("gradphoto_heard", "Messages finished, by what became of them", ["service", "topic", "outcome"])
HANDLING = Histogram(
    "gradphoto_handling_seconds",
    "From taking a message to its end",
    ["service", "topic"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
LAG = Gauge("gradphoto_consumer_lag", "Messages told and not yet heard", ["service", "topic"])
OLDEST_UNHANDLED = Gauge(
    "gradphoto_oldest_unhandled_seconds", "Age of the oldest message being worked on", ["service", "topic"]
)
DEAD = Counter("gradphoto_dead_letters", "Messages given up", ["service", "topic", "cause"])
OUTBOX_WAITING = Gauge("gradphoto_outbox_waiting", "Facts remembered and not yet told", ["service"])
PARKED = Gauge("gradphoto_parked", "Facts that wait for another fact", ["service"])
PARKED_OLDEST = Gauge("gradphoto_parked_oldest_seconds", "Age of the oldest parked fact; alarm above 60", ["service"])
ERRANDS_OPEN = Gauge("gradphoto_errands_open", "Calls and timers not done yet", ["service", "kind"])
ERRANDS_OVERDUE = Gauge("gradphoto_errands_overdue_seconds", "How late the latest due errand is", ["service", "kind"])
REQUESTS = Histogram(
    "gradphoto_request_seconds",
    "HTTP requests by route and status",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
VERDICTS = Counter("gradphoto_verdicts", "Photos decided, by whom: judge or person", ["campaign", "outcome", "by"])
PHOTOS_WAITING = Gauge("gradphoto_photos_waiting", "Photos that wait for a person", ["campaign"])
