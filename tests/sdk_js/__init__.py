"""The official JavaScript SDK against the API: `make sdk-js`."""
