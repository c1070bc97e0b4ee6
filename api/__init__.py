"""How one gets in: HTTP, the pages, the ``helpdesk`` command."""
