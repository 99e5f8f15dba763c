#!/bin/sh
# SPDX-License-Identifier: MIT
# A guard around a model that another process serves over HTTP
. tests/proofs/lib.sh
sh tests/examples/check_remote.sh
