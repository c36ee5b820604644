"""The rules of all services beside each other, on an in-memory bag of facts: any order, twice, late, lost and replayed.

Each part does what the handlers of its service do with the service's own rules; nothing is decided here.
"""
