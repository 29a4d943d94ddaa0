"""Microsoft.ContainerInstance."""
