"""The user's door: the decorator, the transparent proxy and durable steps; they build or join the sidecar."""
