"""The collection's pictures for other programs: the IIIF Image API 3 (level 2) and the IIIF Presentation API 3.

Both are specifications of https://iiif.io/api/. What answers over the network is in :mod:`explorer.ui.server`; this
package knows addresses, numbers and documents, and nothing of servers.
"""
