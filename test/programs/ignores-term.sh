#!/bin/sh
# Ignores SIGTERM, with a grandchild that holds standard output.
trap '' TERM
sleep 999 &
wait
sleep 999
