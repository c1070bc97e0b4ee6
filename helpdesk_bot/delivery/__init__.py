"""What experts decide on its way out: by mail and by webhook, from an outbox in the database."""
