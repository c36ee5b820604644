"""The whole stack as plain processes, for a machine with Python 3.11 and make alone.

parts      what is downloaded or built once per user        state       one run's folder, lock and ports
process    one child process, never left behind             servers     Kafka, MinIO, PostgreSQL
keys       development keys and passwords of one clone      environment what each process is told
stack      sandbox and services on the servers, in order    campaigns   the notices, with their dates moved to now
up         `make up`                                        demo/       `make demo`
"""
