"""Writes the binary files (PDF, DOCX, PPTX) of the starter corpus from their text sources."""
