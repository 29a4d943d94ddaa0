"""Microsoft.Cache."""
