"""The stack in containers: docker-compose.yml's own files, and what the demo and the tests drive it with."""
