"""The whole stack as plain processes, for a machine with Python 3.11 and make alone.

parts      what is downloaded or built once per user        process    one child process, never left behind
servers    Kafka, MinIO, PostgreSQL                          stack      servers, sandbox and services in their order
keys       development keys and passwords of one clone       environment what each process is told
up         `make up`                                         demo/      `make demo`
"""
