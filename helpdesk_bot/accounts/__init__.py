"""Accounts: who may come in, and as what.

Read in this order: ``roles``, ``values``, ``directory`` (the accounts),
``passwords``, ``sessions``, ``keys``, ``oidc`` (sign-in at another provider).
"""
