"""What the gate and the local cloud share: hosts of Azure, certificates, HTTP/1.1, connections."""
