"""Microsoft.DBforMySQL."""
