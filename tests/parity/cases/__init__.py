# SPDX-License-Identifier: MIT
"""Parity cases, a module for each step: `add(writer, r)` writes them. Every module here is run."""
