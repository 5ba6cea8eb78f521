"""The installer's page (trang cài đặt camera): in the browser, from a camera address to a camera file that
can prove violations.

Served by the node itself with `ngatu edge setup`. It writes the same YAML files that people write by hand and
reads them with the same loader; no code that runs on site imports this package.
"""
