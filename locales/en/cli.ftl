## What the program tells the person at the terminal.

cli-account-added = Account { $login } added.
cli-audit-broken = The chain of the audit log is broken at record { $record }.
cli-audit-holds =
    { $count ->
        [one] { $count } record checked: the chain of the audit log holds.
       *[other] { $count } records checked: the chain of the audit log holds.
    }
cli-data-dir = Data are kept in { $folder }
cli-demo-at = Sample codes: { $address }
cli-demo-loaded =
    { $count ->
        [one] Sample goods loaded: { $count } code.
       *[other] Sample goods loaded: { $count } codes.
    }
cli-key-added = Key { $key } is in use from { $date }.
cli-key-revoked = Key { $key } revoked.
cli-migrated =
    { $count ->
        [0] The database is up to date.
        [one] { $count } change made to the database.
       *[other] { $count } changes made to the database.
    }
cli-password-prompt = Password for { $login }:
cli-servers-missing = PostgreSQL or Redis was not found. Install: { $command }
cli-serving = Serving on { $address }
cli-stop-hint = Ctrl-C stops it.
cli-stopped = Stopped.
cli-totp-secret = Secret for the authenticator (not shown again): { $secret }
