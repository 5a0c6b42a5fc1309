"""Hooks of the contract's tester.

A tester that repeats itself would be told the same answer again and again, or that its key was used for something else.
So every request that has a sound key gets one that was never used, and every other body an id that nobody knows. What
the tester has spoilt on purpose stays as it is. Photos are sent as the bytes that they are.
"""

import itertools
import re
import uuid

import schemathesis

for picture in ("image/jpeg", "image/png", "image/webp"):
    schemathesis.serializer.alias(picture, "application/octet-stream")

NUMBERS = itertools.count(1)
KEY = re.compile("[!-~]{8,64}")


def is_uuid(text):
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text
    except ValueError:
        return False


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(NUMBERS)
    headers = case.headers or {}
    if KEY.fullmatch(headers.get("Idempotency-Key") or ""):
        case.headers["Idempotency-Key"] = f"request-{number}"
    if number % 2 and isinstance(case.body, dict) and is_uuid(case.body.get("id")):
        case.body = {**case.body, "id": str(uuid.UUID(int=number, version=4))}
