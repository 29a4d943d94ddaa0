"""Microsoft.DocumentDB."""
