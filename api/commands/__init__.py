"""One module for each subcommand; each is imported only when it is used, so that ``--help`` is quick."""
