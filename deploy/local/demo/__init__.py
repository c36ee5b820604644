"""The demo: students of mixed fate, played through the services' own doors, and checked one by one."""
