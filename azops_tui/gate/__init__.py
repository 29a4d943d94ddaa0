"""The only way from a run to Azure: classes of requests, proxy, transport, policy."""
