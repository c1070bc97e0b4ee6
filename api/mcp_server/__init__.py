"""The helpdesk as a server of the Model Context Protocol (MCP); its SDK is imported in this package only.

Nothing is imported here: the SDK takes a second, and few processes need it.
"""
