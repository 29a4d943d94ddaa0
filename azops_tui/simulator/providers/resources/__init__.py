"""Microsoft.Resources, and the paths of subscriptions and resource groups."""
