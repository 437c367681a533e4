"""A real PostgreSQL for the emulated database service, started on loopback for one rehearsal."""
