"""Microsoft.DBforPostgreSQL."""
