"""The tools of a release: licences and bills of materials."""
