"""Which passages bear on a query."""
