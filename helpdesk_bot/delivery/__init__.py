"""Released replies on their way out: by mail and by webhook, from an outbox in the database."""
