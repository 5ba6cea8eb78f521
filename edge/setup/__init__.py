"""The installer's page (trang cài đặt camera): in a browser, from an address to a camera file that proves
violations.

Served by the node itself with `ngatu edge setup`. It writes the YAML files that people write by hand and
reads them with the same loader; nothing that runs at a junction imports this package.
"""
