"""The Kubernetes manifests, rendered by kustomize: `make manifests`."""
