"""Microsoft.VirtualMachineImages."""
