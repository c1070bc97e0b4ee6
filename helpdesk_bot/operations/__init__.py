"""What the people who run a helpdesk do besides answering: switch it off, keep its documents, measure it."""
