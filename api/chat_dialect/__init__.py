"""The chat dialect of OpenAI, which many programs speak: ``/v1/chat/completions`` and ``/v1/models``."""
