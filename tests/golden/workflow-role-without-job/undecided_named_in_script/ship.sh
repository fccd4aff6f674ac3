#!/bin/sh
aws sts assume-role --role-arn "arn:aws:iam::$ACCOUNT:role/shop-ship" --role-session-name ship
